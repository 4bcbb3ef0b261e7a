"""``moonhop bench files`` measures the real server, and others that are installed."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from moonhop.bench import http_probe
from moonhop.bench.http_probe import Probe
from moonhop.bench.peers import PEERS, Server, installed
from moonhop.cli import main
from moonhop_core.errors import MoonhopError

SIZE = "32 MB"


def test_files_are_measured_beside_what_is_installed(capsys) -> None:
    assert main(["bench", "files", "--quick", "--json"]) == 0
    figures = {figure["name"]: figure for figure in json.loads(capsys.readouterr().out)}
    assert all(figure["value"] > 0 for figure in figures.values())
    wanted = {"files/bare disk: appends a second, each synced"}
    for server in ("moonhop", *filter(installed, PEERS)):
        for what in (f"GET of {SIZE}", f"PUT of {SIZE}", "GET of 4 kB", "GETs of 4 kB a second"):
            wanted.add(f"files/{server}: {what}")
    for writers in (1, 16):
        wanted.add(f"files/moonhop: appends a second, {writers} at a time")
    assert set(figures) == wanted
    told = figures[f"files/moonhop: GET of {SIZE}"]["peer"]
    for peer in PEERS:
        assert f"{peer} " in told
        assert (f"{peer} not installed" in told) != installed(peer)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that reads one request and answers with what the test says, or with nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                if request.param is None:
                    done.wait()
                else:
                    connection.sendall(request.param)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Server("peer", listener.getsockname()[1], "/top/")
        done.set()
        thread.join()


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (None, r"^peer does not answer GET /top/x \(timed out\); try again"),
        (b"", r"^peer breaks GET /top/x off$"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123", r"^peer breaks GET /top/x off$"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", r"^peer answers GET /top/x with HTTP/1.1 503 Busy$"),
    ],
    indirect=["server"],
)
def test_server_that_does_not_do_its_part_is_told_and_not_waited_for(
    server, told, monkeypatch
) -> None:
    monkeypatch.setattr(http_probe, "TIMEOUT", 0.1)
    with pytest.raises(MoonhopError, match=told), Probe(server) as probe:
        probe.get("x")
