"""Which functions of a program its time goes to, measured on engine python, and which of them are
worth being machine code on a board.

Engine python here runs the text that a board runs as bytecode, but for its checks, so shares of the
time are about those on a board. A thread looks a few hundred times a second where the program is;
what a function calls of the runtime (a table's index, say) counts as its own.
"""

import ast
import bisect
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moonhop.boards.slim import slim_program
from moonhop.engines.deep import THREAD
from moonhop.interrupts import OutOfTime, raise_in
from moonhop.programs.store import compile_mpy
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.emit_python import emit_python
from moonhop_core.lang.native import called, native_functions
from moonhop_core.process.program import Program

LOOK = 0.002  # seconds between two looks
FEW = 50  # looks that found the program at work: fewer tell nothing
WORTH = 0.05  # a function with a smaller share of the time is left as bytecode
ENOUGH = 0.95  # of the time: what comes behind is left, too
ARCH = "xtensawin"  # an ESP32's, for sizes


@dataclass(frozen=True)
class Share:
    """How much of a program's time went to a function itself, from 0 to 1."""

    function: str
    share: float


class Sampler:
    """Counts in which function of a program the threads of this process are found."""

    def __init__(self, program: Program) -> None:
        self._names = [called(program.lowered, proto) for proto in program.lowered.protos]
        line = next(
            line
            for line in str(program.form("python")).splitlines()
            if line.startswith("STARTS = ")
        )
        self._starts: Sequence[int] = ast.literal_eval(line.removeprefix("STARTS = "))
        self._found: Counter[int] = Counter()
        self._over = threading.Event()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look while the block runs."""
        before = sys.getswitchinterval()
        thread = threading.Thread(target=self._look, name="profile", daemon=True)
        sys.setswitchinterval(LOOK / 4)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
            sys.setswitchinterval(before)

    def shares(self) -> list[Share]:
        """Return the functions that the program was found in, the largest share first.

        Raises MoonhopError if it was hardly ever found at work.
        """
        whole = self._found.total()
        if whole < FEW:
            raise MoonhopError(
                f"the program was at work for {whole * LOOK:.1f} s only, which tells nothing; let"
                " it do more, by its arguments perhaps"
            )
        return [Share(self._names[at], count / whole) for at, count in self._found.most_common()]

    def _look(self) -> None:
        own = threading.get_ident()
        while not self._over.wait(LOOK):
            for thread, frame in sys._current_frames().items():
                if thread != own:
                    self._count(frame)

    def _count(self, frame: Any) -> None:
        while frame is not None:
            code = frame.f_code
            if code.co_filename == "<lua 0>":
                at = bisect.bisect_right(self._starts, code.co_firstlineno) - 1
                if at >= 0:
                    self._found[at] += 1
                return
            frame = frame.f_back


def worth(shares: Sequence[Share]) -> list[str]:
    """Return the functions that are worth being machine code, the largest share first."""
    chosen: list[str] = []
    sum = 0.0
    for share in shares:
        if share.share < WORTH or sum > ENOUGH:
            break
        chosen.append(share.function)
        sum += share.share
    return chosen


def sizes(program: Program, chosen: Sequence[str]) -> tuple[int, int]:
    """Return the bytes of a program on an ESP32 without machine code, and with the chosen functions
    as such. Raises MoonhopError."""
    lowered = program.lowered
    lowered.native = native_functions(lowered, chosen)
    text = slim_program(emit_python(lowered, checked=True))
    bytecode, native = (len(compile_mpy(text, "<lua 0>", arch)) for arch in ("", ARCH))
    return bytecode, native


def manifest_line(chosen: Sequence[str]) -> str:
    """Return the line of a manifest that names these functions."""
    names = ", ".join(f'"{name}"' for name in chosen)
    return f"--! native = [{names}]"


def with_native(source: str, file: str, chosen: Sequence[str]) -> tuple[str, str]:
    """Return the program in a file with a manifest that names these functions, and those only, and
    the line that does. Raises MoonhopError if it names some already, over several lines."""
    lines = source.split("\n")
    at = 1 if source.startswith("#!") else 0
    while at < len(lines) and lines[at].startswith("--!"):
        if lines[at][3:].split("=")[0].strip() == "native":
            if "]" not in lines[at]:
                raise MoonhopError(
                    f"{file}:{at + 1}: 'native' goes over several lines; make it one"
                )
            lines[at] = manifest_line(chosen)
            return "\n".join(lines), lines[at]
        at += 1
    lines.insert(at, manifest_line([_one_down(name, file) for name in chosen]))
    return "\n".join(lines), lines[at]


def _one_down(name: str, file: str) -> str:
    """Return the name of a function once its file has a line more at its beginning."""
    place, _, line = name.rpartition(":")
    return f"{place}:{int(line) + 1}" if place == file and line.isdigit() else name


def run_for(seconds: float, work: Callable[[], int]) -> int | None:
    """Run a program, by what runs it on a thread of its own (`engines/deep.py`), for so long at
    most; return its exit status, None if the time was up."""

    def end() -> None:
        for thread in threading.enumerate():
            if thread.name == THREAD and thread.ident is not None:
                raise_in(thread.ident, OutOfTime)

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        return work()
    except OutOfTime:
        return None
    finally:
        timer.cancel()
