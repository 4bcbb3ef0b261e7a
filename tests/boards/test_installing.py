"""The worker comes onto boards by package.json (mip) and manifest.py (frozen), too, and runs."""

import hashlib
import json
import runpy
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.console import BoardConsole
from moonhop.boards.deploy import AS_TEXT, NOT_ON_BOARDS, compile_file
from moonhop.boards.packages import umqtt_simple
from moonhop.resources import folder
from tests.host.running import RunningHost
from tests.waiting import wait_for

FIRMWARE = folder("firmware")
HEAP = "4M"  # the files are compiled on the board
BIRTH = 60.0  # seconds


def joins(running: RunningHost, flash: Path) -> None:
    """Start a board with these files, and a main.py beside them, and wait for its birth."""
    shutil.copy(FIRMWARE / "main.py", flash)
    config = {**asdict(running.host.add_node("shed")), "board": "virtual"}
    (flash / "moonhop.json").write_text(json.dumps(config))
    nodes = running.host.scheduler.fleet.nodes
    with BoardConsole(flash, HEAP) as board:
        wait_for(lambda: "shed" in nodes and nodes["shed"].ready, BIRTH, lambda: board.url)


class Manifest:
    """Puts what a manifest names into a folder, as building a firmware does."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.modules: list[str] = []

    def require(self, name: str) -> None:
        assert name == "umqtt.simple"
        self._freeze(umqtt_simple(), Path("umqtt/simple.py"))

    def package(self, name: str, *, base_path: str, opt: int) -> None:
        base = FIRMWARE / base_path
        for source in sorted((base / name).rglob("*.py")):
            self._freeze(source, source.relative_to(base))

    def module(self, name: str, *, opt: int) -> None:
        self.modules.append(name)
        self._freeze(FIRMWARE / name, Path(name))

    def _freeze(self, source: Path, name: Path) -> None:
        place = (self.target / name).with_suffix(".mpy")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(compile_file(source.read_text(encoding="utf-8"), name))


def test_board_with_all_that_the_manifest_freezes_joins(
    running: RunningHost, tmp_path: Path
) -> None:
    found = Manifest(tmp_path / "flash")
    names = {name: getattr(found, name) for name in ("require", "package", "module")}
    runpy.run_path(str(FIRMWARE / "manifest.py"), names)
    there = {path.name for path in FIRMWARE.glob("*.py")} - AS_TEXT - NOT_ON_BOARDS
    assert set(found.modules) == there
    joins(running, found.target)


@pytest.fixture
def index() -> Iterator[str]:
    """The address of a package index that has umqtt.simple alone."""
    content = umqtt_simple().read_bytes()
    short = hashlib.sha256(content).hexdigest()[:8]
    listed = json.dumps({"hashes": [["umqtt/simple.py", short]]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            package = self.path.endswith("/umqtt.simple/latest.json")
            data = listed if package else content if self.path.endswith(short) else None
            self.send_response(404 if data is None else 200)
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.nightly  # mpremote sends 700 kB in pieces of 256 bytes
def test_board_joins_with_what_mip_installs_from_a_checkout(
    running: RunningHost, index: str, tmp_path: Path
) -> None:
    flash = tmp_path / "flash"
    with BoardConsole(flash, HEAP) as board:
        mip = ["mip", "install", "--index", index, "--target", ".", "package.json"]
        command = [sys.executable, "-m", "mpremote", "connect", board.url, *mip]
        result = subprocess.run(
            command, cwd=FIRMWARE, capture_output=True, text=True, timeout=900, check=False
        )
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr
    listed = json.loads((FIRMWARE / "package.json").read_text(encoding="utf-8"))["urls"]
    for name, source in listed:
        assert (flash / name).read_bytes() == (FIRMWARE / source).read_bytes()
    assert (flash / "umqtt/simple.py").read_bytes() == umqtt_simple().read_bytes()
    joins(running, flash)
