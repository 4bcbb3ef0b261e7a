"""Texts that are loaded into a Lua state while its program runs, and a look into its tables."""

from typing import Any

from moonhop.engines.lupa_engine import LupaEngine, compile_unit
from moonhop.engines.memory import REFUSED
from moonhop_core.process.engine import ProgramError
from moonhop_core.process.entered import Entered


class LupaEntered(Entered):
    """For engines lua54 and luajit."""

    def __init__(self, engine: LupaEngine):
        self._engine = engine

    def load(self, source: str, given: str, form: Any = None) -> tuple[int, int]:
        """Load a text and hold its main chunk."""
        engine = self._engine
        text = compile_unit(source, given, engine.name)
        engine.have_everything()
        if not engine.has_room((text.text, text.info, source)):
            raise ProgramError(REFUSED)
        handle, unit = engine.call("load_entered", text.text, text.info, source, given)
        if handle is None:
            raise ProgramError(unit)
        return handle, unit

    def unload(self, unit: int) -> None:
        """Let go of a unit that is over."""
        self._engine.call("unload", unit)

    def next_unit(self) -> int:
        """Return the number that the next unit will get."""
        found: int = self._engine.call("next_unit")
        return found

    def builtin(self, name: str) -> int:
        """Hold a builtin."""
        handle: int = self._engine.call("keep_builtin", name)
        return handle

    def names(self, path: list[str]) -> list[str]:
        """Return the names in a table."""
        return sorted(set(filter(None, self._engine.call("names_at", *path).split("\n"))))

    def recover(self, tid: int) -> None:
        """Forget a task that was interrupted; the state has let go of it."""
        self._engine.call("forget_over")
