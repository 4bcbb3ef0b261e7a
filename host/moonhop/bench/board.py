"""A real MicroPython that runs programs with a clock beside it (`board_side.py`)."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moonhop.bench.local import Run
from moonhop.boards.deploy import build_board_files
from moonhop.boards.rom import build_rom
from moonhop.boards.slim import slim_program
from moonhop.engines.micropython import CORE, find_micropython
from moonhop.programs.store import compile_mpy
from moonhop_core.errors import MoonhopError
from moonhop_core.process.program import Program

SIDE = Path(__file__).with_name("board_side.py")
# MicroPython searches its heap for room from the front, so a large heap with much garbage in it is
# slow. This is room for every program of the benchmark, and no more.
HEAP = "2M"
SMALL = "256K"  # about a board's: what is worth its room in larger ones only is not loaded


class Board:
    """``with Board() as board:`` starts it; ``native`` makes it compile to machine code.

    With ``files`` it loads what boards do, slimmed and compiled files ("heap"), or runs these where
    they lie in a read-only file system ("rom"); else the sources. ``stack``: bytes of C's stack
    that programs have, which then come as bytecode, for MicroPython's compiler needs more; 0: as
    much as there is.
    """

    def __init__(
        self, native: bool = False, heap: str = HEAP, files: str = "", stack: int = 0
    ) -> None:
        self._heap = heap
        self._files = files
        self._stack_size = stack
        self._programs = 0  # that came as bytecode
        self._options = ["-X", f"heapsize={heap}", *(["-X", "emit=native"] if native else [])]
        self._folder = tempfile.TemporaryDirectory(prefix="moonhop-bench-")
        self._stack = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> "Board":
        command, path = [find_micropython(), *self._options, str(SIDE)], str(CORE)
        folder = Path(self._folder.name)
        if self._files:
            path = str(folder / "files")
            build_board_files(Path(path), alone=SIDE)
            command[-1] = str(folder / "main.py")
            Path(command[-1]).write_text(f"import {SIDE.stem}\n", encoding="utf-8")
        if self._files == "rom":
            (folder / "boot.py").touch()
            build_rom(Path(path), folder / "rom")
            command = [sys.executable, "-m", "moonhop.boards.rom", str(folder / "rom"), self._heap]
        self._process = subprocess.Popen(
            command,
            cwd=folder if self._files else None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stack,
            encoding="utf-8",
            env={
                **os.environ,
                "MICROPYPATH": f"{path}:{folder}:.frozen",
                "MOONHOP_STACK": str(self._stack_size),
            },
        )
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()
        self._stack.close()
        self._folder.cleanup()

    def run(self, program: Program, args: Sequence[object]) -> Run:
        """Run a compiled program to its end. Raises MoonhopError if it fails."""
        told = self.ask("run", program, args)
        return Run(told["start"] / 1e6, told["run"] / 1e6, told["output"])

    def ask(
        self, what: str, program: Program, args: Sequence[object] = (), **more: object
    ) -> dict[str, Any]:
        """Have it "run", "compile", "heap" or "image"; return what it tells. Raises
        MoonhopError."""
        order = {
            "what": what,
            "name": program.name,
            "hash": program.hash,
            "manifest": program.manifest,
            "source": program.source if what == "compile" else "",
            "form": "" if what == "compile" or self._stack_size else program.form("micropython"),
            "module": self._as_module(program) if self._stack_size else "",
            "args": [str(arg) for arg in args],
            **more,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise MoonhopError(f"{program.name} on MicroPython: {self._last_words()}")
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            raise MoonhopError(f"{program.name} on MicroPython: {told['error']}")
        return told

    def _as_module(self, program: Program) -> str:
        """Put a program's bytecode where MicroPython finds it, and return the module's name."""
        self._programs += 1
        name = f"program_{self._programs}"
        code = compile_mpy(slim_program(program.form("micropython")), "<lua 0>")
        Path(self._folder.name, f"{name}.mpy").write_bytes(code)
        return name

    def _last_words(self) -> str:
        self._process.wait()
        self._stack.seek(0)
        words = self._stack.read().decode("utf-8", "replace").strip()
        return (words.splitlines() or ["it ended without a word"])[-1]
