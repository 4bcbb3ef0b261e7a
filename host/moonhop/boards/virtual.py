"""A virtual board: the real MicroPython with a board's heap, on a folder with a board's files."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from moonhop.boards.bootloader import lay_out
from moonhop.boards.catalog import load_board
from moonhop.boards.chip import Power, machine_file
from moonhop.boards.deploy import AS_TEXT, compile_file
from moonhop.boards.rom import build_rom
from moonhop.boards.sets import build_set
from moonhop.engines.micropython import find_micropython
from moonhop.json_files import read_object
from moonhop_core.errors import MoonhopError

HEAP = load_board("virtual").heap
STOP_TIMEOUT = 5.0  # seconds to leave in good order
START = "import boot; __import__('main')"  # as a board does by itself


class VirtualBoard:
    """One board. ``config`` is its moonhop.json, for sets that have none of their own; ``folder``
    its file system, made if it is empty.

    With ``rom`` the compiled files are in a ROMFS, as on a board with such a partition: without it
    worker and engine need more than the heap of an ESP32. What the board writes on its console goes
    to the file ``console``. ``firmware``: the image that is in the first of two OTA slots
    (bootloader.py); without, there are none.
    """

    def __init__(
        self,
        config: dict[str, Any],
        *,
        folder: Path | None = None,
        heap: str = HEAP,
        rom: bool = True,
        console: Path | None = None,
        firmware: bytes | None = None,
    ) -> None:
        self.config = config
        self.heap = heap
        self.rom = rom
        self._firmware = firmware
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="moonhop-board-")
            folder = Path(self._temporary.name, "flash")
        self.folder = folder
        self.console = console or folder.parent / f"{folder.name}.console"
        self._power: Power | None = None

    def start(self, output: "IO[bytes] | None" = None) -> None:
        """Write the files that are missing and power the board. Raises MoonhopError."""
        if not (self.folder / "main.py").exists():
            self._lay_out()
        (self.folder / "moonhop.json").write_text(json.dumps(self.config), encoding="utf-8")
        # SIGTERM to the whole group is the parent's business, who presses Ctrl-C
        command = ["/bin/sh", "-c", 'trap "" TERM; exec "$0" "$@"']
        rom = self.folder.parent / f"{self.folder.name}.rom"
        if rom.exists():
            command += [sys.executable, "-m", "moonhop.boards.rom", str(rom), self.heap]
        else:
            command += [find_micropython(), "-X", f"heapsize={self.heap}", "-c", START]
        if self._firmware:
            slots = self.folder.parent / f"{self.folder.name}.slots"
            if not slots.exists():
                lay_out(slots, self._firmware)
            command = [sys.executable, "-m", "moonhop.boards.bootloader", str(slots), *command]
        path = f"{self.folder}:{machine_file().parent}:.frozen"
        with self.console.open("ab") as file:
            self._power = Power(
                command,
                {**os.environ, "MICROPYPATH": path},
                output or file,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
            )

    def _lay_out(self) -> None:
        """Write a board's files: into its ROM, but for the two that MicroPython starts."""
        starting, board_set = build_set(umqtt=True)
        files = {**starting, **board_set.on_board()}
        if not self.rom:
            write_files(self.folder, files)
            return
        write_files(self.folder, {name: files.pop(name) for name in AS_TEXT})
        machine = machine_file()
        files["machine.mpy"] = compile_file(machine.read_text("utf-8"), Path(machine.name))
        with tempfile.TemporaryDirectory(prefix="moonhop-rom-") as workshop:
            write_files(Path(workshop), files)
            build_rom(Path(workshop), self.folder.parent / f"{self.folder.name}.rom")

    @property
    def power(self) -> Power:
        """What the running MicroPython hangs on."""
        assert self._power
        return self._power

    def text(self) -> str:
        """Return what the console has so far."""
        return self.console.read_text(encoding="utf-8", errors="replace")

    def interrupt(self) -> None:
        """Press Ctrl-C: the worker leaves in good order."""
        if self._power:
            self._power.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Cut the power."""
        if self._power:
            self._power.cut()

    def stop(self) -> None:
        """Have the worker leave in good order, or cut the power; remove a temporary folder."""
        self.interrupt()
        if self._power:
            try:
                self._power.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.kill()
        if self._temporary:
            self._temporary.cleanup()

    def __enter__(self) -> "VirtualBoard":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, given by their paths, below a folder: in their order, as onto a board."""
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def main(arguments: list[str] | None = None) -> int:
    """Run a virtual board until SIGTERM; return MicroPython's exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m moonhop.boards.virtual", description="Run a virtual board as a node."
    )
    parser.add_argument("--config", required=True, type=Path, metavar="FILE", help="JSON file")
    options = parser.parse_args(arguments)
    try:
        config = read_object(options.config)
    except MoonhopError as error:
        print(f"moonhop: {error}", file=sys.stderr)
        return 1
    board = VirtualBoard(config, heap=config.get("heap", HEAP))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: board.interrupt())
    try:
        board.start(sys.stdout.buffer)
        return board.power.wait()
    except MoonhopError as error:
        print(f"moonhop: {error}", file=sys.stderr)
        return 1
    finally:
        board.stop()


if __name__ == "__main__":
    sys.exit(main())
