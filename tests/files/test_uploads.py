"""An upload that does not come whole leaves nothing, however it ends."""

import socket
import struct
from pathlib import Path

import pytest

from tests.host.running import TIMEOUT, RunningHost
from tests.waiting import wait_for

SMALL, LARGE = 10, 3 << 20  # bytes: in memory, on the disk


def abandon(sock: socket.socket) -> None:
    """Leave as a machine does that is switched off: the connection is reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def say_no_more(sock: socket.socket) -> None:
    """End what is sent, and wait for the answer."""
    sock.shutdown(socket.SHUT_WR)
    while sock.recv(65536):
        pass


@pytest.mark.parametrize("end", [abandon, say_no_more])
@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("length", ["Content-Length", "chunked"])
@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
def test_upload_that_does_not_come_whole_leaves_nothing(running, verb, length, size, end) -> None:
    if verb == "PATCH":
        size = min(size, 500_000)
    before = running.http.put("/files/f", content=b"old").json()
    changes = running.host.files.last_change()
    body = bytes(size)
    if length == "chunked":
        head, body = "Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (size, body)
    else:
        head = f"Content-Length: {size + 1}"
    for path in ("f", "new"):
        with socket.create_connection(("127.0.0.1", running.host.web.port), TIMEOUT) as sock:
            sock.sendall(
                f"{verb} /files/{path} HTTP/1.1\r\nHost: x\r\n{head}\r\n"
                f"Authorization: Bearer {running.host.credentials.token}\r\n\r\n".encode()
            )
            sock.sendall(body)
            if verb == "PUT" and size == LARGE:
                wait_for(lambda: parts(running), TIMEOUT, "no upload has begun")
            end(sock)
    wait_for(lambda: not parts(running), TIMEOUT, "parts stay")
    assert running.http.get("/files/f").content == b"old"
    assert running.http.get("/fs/stat?path=f").json() == before
    assert running.http.get("/files/new").status_code == 404
    assert running.host.files.last_change() == changes


def parts(running: RunningHost) -> list[Path]:
    """Return what lies on the disk of uploads that have not come whole."""
    return list((running.host.state.folder / "files/blobs/parts").iterdir())
