"""An update over the air leaves a set that starts, wherever it breaks off."""

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from moonhop.boards.sets import BoardSet
from tests.micropython import ROOT, run_micropython

CHANGE = """import json
config = json.loads('{"node": "n"}')
config["tags"] = ["t"]
print(json.dumps(config))
"""


@pytest.fixture
def new() -> BoardSet:
    """A set with the configuration as MicroPython writes it, which keeps no order of its keys."""
    config = run_micropython(CHANGE).stdout.strip().encode()
    return BoardSet(
        {
            "same.mpy": b"s" * 900,
            "worker.mpy": b"n" * 1500,
            "more/wifi.mpy": b"x",
            "moonhop.json": config,
        }
    )


class Server(ThreadingHTTPServer):
    """A server whose clients lose their power."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@pytest.fixture
def server(new: BoardSet) -> Iterator[str]:
    """The address of a server that has what is new of a set, but not the configuration."""
    contents = (new.list_file, new.files["worker.mpy"], new.files["more/wifi.mpy"])
    files = {f"/updates/{hashlib.sha256(data).hexdigest()}": data for data in contents}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            data = files.get(self.path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None: ...

    with Server(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_power_cut_at_any_write_leaves_a_set_that_starts_and_full_flash_stays_as_it_is(
    server: str, new: BoardSet
) -> None:
    listed = new.list_file
    result = run_micropython(
        Path(__file__).with_name("update_in_flash.py"),
        argv=[server, new.name, str(len(listed)), hashlib.sha256(listed).hexdigest()],
        path=[ROOT / "firmware"],
        heap="4M",
    )
    assert result.returncode == 0, result.stdout + result.stderr
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["cuts"] > 50, "there were hardly any writes"
    assert told["full"].startswith("flash is full: ")
