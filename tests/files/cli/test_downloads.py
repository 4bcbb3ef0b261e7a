"""``moonhop fs get`` that broke off, or that others do at the same time."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from moonhop import locks
from moonhop.cli.client import Client
from moonhop.cli.fs.parts import WORTH, fetch
from moonhop.state import HostAddress
from moonhop_core.errors import MoonhopError
from tests.files.command_line import Fs
from tests.host.running import FLEET, RunningHost

SIZE = 8_000_000  # bytes


class BreaksOff(BaseHTTPRequestHandler):
    """Answers a first request with half of the file, and then as it is asked."""

    content = os.urandom(2 * WORTH)
    etag = "0123456789abcdef" * 2
    asked: "list[str | None]"

    def do_GET(self) -> None:
        """Send the file, or half of it."""
        wanted = self.headers["Range"]
        first, self.asked[:] = not self.asked, [*self.asked, wanted]
        start = int(wanted[6:-1]) if wanted and self.headers["If-Range"] == f'"{self.etag}"' else 0
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{self.etag}"')
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        end = len(self.content) // 2 + 1 if first else None
        self.wfile.write(self.content[start:end])

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def broken() -> Iterator[Client]:
    """Asks a host whose connection breaks the first time."""
    BreaksOff.asked = []
    with HTTPServer(("127.0.0.1", 0), BreaksOff) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield Client(HostAddress(FLEET, url, "token", "", 0, 0))
        server.shutdown()


def test_download_that_broke_off_goes_on(broken, tmp_path) -> None:
    target = tmp_path / "x"
    with pytest.raises(MoonhopError, match="goes on where it was"):
        fetch(broken, "/files/x", target)
    assert not target.exists()
    assert fetch(broken, "/files/x", target) == len(BreaksOff.content)
    assert BreaksOff.asked == [None, f"bytes={WORTH + 1}-"]
    assert target.read_bytes() == BreaksOff.content
    assert list(tmp_path.iterdir()) == [target]


def test_download_begins_anew_if_the_file_is_another_by_now(broken, tmp_path, monkeypatch) -> None:
    target = tmp_path / "x"
    with pytest.raises(MoonhopError, match="goes on where it was"):
        fetch(broken, "/files/x", target)
    monkeypatch.setattr(BreaksOff, "etag", "f" * 32)
    monkeypatch.setattr(BreaksOff, "content", os.urandom(WORTH))
    assert fetch(broken, "/files/x", target) == WORTH
    assert target.read_bytes() == BreaksOff.content
    assert list(tmp_path.iterdir()) == [target]


@pytest.fixture
def begun(fs: Fs, running: RunningHost) -> Path:
    """What has come of a file ``x``; the folder above has the whole as ``whole``."""
    content = os.urandom(SIZE)
    running.host.files.write("x", content)
    fs.home.joinpath("whole").write_bytes(content)
    part = fs.here / f"x.{running.host.files.stat('x').etag}.part"
    part.write_bytes(content[:2_000_000])
    return part


def test_file_that_another_process_is_getting_is_left_alone(fs, begun) -> None:
    with begun.open("ab") as file:
        locks.lock(file)
        assert "another moonhop is getting 'x'; wait" in fs.complaint("get", "x")
    assert begun.stat().st_size == 2_000_000
    assert fs.out("get", "x") == f"x: {SIZE} bytes\n"
    assert fs.here.joinpath("x").read_bytes() == fs.home.joinpath("whole").read_bytes()


def test_file_that_several_get_at_once_is_whole(fs, begun) -> None:
    command = [sys.executable, "-m", "moonhop", "fs", "get", "x"]
    pipe = subprocess.PIPE
    gets = [
        subprocess.Popen(command, env=fs.env, cwd=fs.here, stdout=pipe, stderr=pipe)
        for _ in range(3)
    ]
    told = [get.communicate() for get in gets]
    codes = [get.returncode for get in gets]
    assert 0 in codes
    for code, (_, errors) in zip(codes, told, strict=True):
        assert (code, errors) == (0, b"") or (code, b"another moonhop" in errors) == (1, True)
    assert fs.here.joinpath("x").read_bytes() == fs.home.joinpath("whole").read_bytes()
    assert os.listdir(fs.here) == ["x"]
