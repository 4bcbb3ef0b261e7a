"""A host and virtual boards that can be updated over the air."""

from dataclasses import asdict
from typing import Any

import pytest

from moonhop.boards.sets import BoardSet, build_set
from moonhop.boards.virtual import VirtualBoard
from moonhop.cli import main
from tests.host.running import FLEET, RunningHost
from tests.waiting import wait_for

ROOM = "640K"  # a heap that has room for the worker's bytecode too: sets from afar lie in flash
BIRTH = 60.0  # seconds


class Field:
    """A host and boards; ``worker`` is what they have at first."""

    def __init__(self, running: RunningHost, monkeypatch: pytest.MonkeyPatch) -> None:
        self.running = running
        self.boards: dict[str, VirtualBoard] = {}
        _, self.worker = build_set(umqtt=True)
        monkeypatch.setenv("MOONHOP_HOME", str(running.home))

    def add(
        self, name: str, heap: str = ROOM, firmware: bytes | None = None, **config: Any
    ) -> VirtualBoard:
        """Start a board and wait until it is born; ``config`` changes its moonhop.json."""
        config = {**asdict(self.running.host.add_node(name)), "board": "virtual", **config}
        folder = self.running.home / name
        board = VirtualBoard(config, folder=folder, rom=False, heap=heap, firmware=firmware)
        self.boards[name] = board
        board.start()
        wait_for(lambda: self.is_there(name), BIRTH, board.text)
        return board

    def is_there(self, name: str) -> bool:
        node = self.running.host.scheduler.fleet.nodes.get(name)
        return bool(node and node.usable)

    def offer(self, files: dict[str, bytes], *without: str) -> BoardSet:
        """Have the host offer a worker that differs; return it."""
        kept = {path: data for path, data in self.worker.files.items() if path not in without}
        made = BoardSet({**kept, **files})
        self.running.host.updates.shelf.offer(made, umqtt=True)
        return made

    def offer_main(self, text: str) -> BoardSet:
        """Have the host offer a worker with something before its main module."""
        real = self.worker.files["moonhop_board.mpy"]
        text += "\nfrom real_board import main\n"
        files = {"moonhop_board.py": text.encode(), "real_board.mpy": real}
        return self.offer(files, "moonhop_board.mpy")

    def boot(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.running.host.scheduler.fleet.node(name).birth["boot"]
        return found

    def update(self, *options: str) -> int:
        return main(["update", "--fleet", FLEET, *options])
