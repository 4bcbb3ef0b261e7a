"""Lua states that are idle are written down and closed, and made anew when they are needed.

A state takes a hundred kilobytes and more, most of it the runtime; what a program has in it is
often not one. A nap is a hop that goes nowhere: the engine's records stay in this OS process.
"""

import json
from typing import TYPE_CHECKING, Any

from moonhop.engines.lupa_engine import Functions, LupaEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from moonhop_core.process.engine import Outcome, Record
    from moonhop_core.process.program import Program

LARGEST = 512 << 10  # bytes of a state; waking a larger one would be felt
UNIT = '["u",'  # how the record of a text that was loaded begins; it would be compiled anew


class NappingEngine(LupaEngine):
    """An engine that can take a nap, between turns and on the thread of turns."""

    def __init__(self, program: "Program", host: Any, name: str = "lua54"):
        self._written: list[str] | None = None
        super().__init__(program, host, name)

    @property
    def napping(self) -> bool:
        """Tell whether there is no state at present."""
        return self._written is not None

    def nap(self) -> bool:
        """Write the state down and close it, unless it is large or cannot be written; tell whether
        it was. Whatever is asked of the engine wakes it. Engine lua54 only."""
        memory = self._memory
        if memory is None or self._lua.get_memory_used() > LARGEST or not memory.roomy():
            return False
        written: list[str] = []
        try:
            if self._call("write_image", written.append) is not True:
                return False
        except MemoryError:
            return False
        if any(UNIT in text for text in written):
            return False
        self._written = written
        self._r = Functions(_Waking(self))
        self._memory = None
        self._lua = None
        del self._state
        return True

    def wake(self) -> None:
        """Have a state again. Raises ImageError if what was written is not whole."""
        written, self._written = self._written, None
        if written is None:
            return
        self._open()
        for text in written:
            for record in json.loads(text):
                self.read_record(record)
        self.finish_restore()

    def spawn(self, tid: int, fn: int | None, args: list[Any]) -> None:
        """Make a task."""
        self.wake()
        super().spawn(tid, fn, args)

    def resume(self, tid: int, values: list[Any], error: Any = None) -> "Outcome":
        """Run a task until it waits, ends, fails or is interrupted."""
        if self._written is not None:
            self.wake()
        return super().resume(tid, values, error)

    def have_everything(self) -> None:
        """Have all libraries."""
        self.wake()
        super().have_everything()

    def write_image(self, put: "Callable[[Record], None]") -> None:
        """Write all records; a nap goes on."""
        if self._written is None:
            super().write_image(put)
            return
        for text in self._written:
            for record in json.loads(text):
                put(record)

    def close(self) -> None:
        """Let go of everything."""
        super().close()
        self._written = None


class _Waking:
    """Stands where a napping engine's functions stand."""

    def __init__(self, engine: NappingEngine):
        self._engine = engine

    def __getitem__(self, name: str) -> Any:
        self._engine.wake()
        return self._engine._r[name]
