"""Texts that are loaded into engine python while its program runs, and a look into its tables."""

from moonhop_core.lua.libraries import find
from moonhop_core.lua.support import new
from moonhop_core.lua.values import Coroutine, Table
from moonhop_core.process.engine import ProgramError
from moonhop_core.process.entered import Entered

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.lua.machine import Machine
    from moonhop_core.process.python_engine import PythonEngine

DEEPEST = 10  # tables that inherit from each other


class PythonEntered(Entered):
    """For engine python."""

    def __init__(self, engine: "PythonEngine"):
        self._engine = engine
        self._machine = engine.machine

    def load(self, source: str, given: str, form: "Any" = None) -> "tuple[int, int]":
        """Load a text and hold its main chunk."""
        try:
            unit = self._machine.compile_unit(source, given, None, form)
        except ImportError:
            raise ProgramError("this node has no compiler")
        return self._engine.keep(new(unit.protos[0], ())), unit.number

    def unload(self, unit: int) -> None:
        """Let go of a unit that is over."""
        units = self._machine.units
        if unit == len(units) - 1 and len(units[unit].protos) == 1:
            units[unit].untie()
            self._machine.units = units[:-1]

    def next_unit(self) -> int:
        """Return the number that the next unit will get."""
        return len(self._machine.units)

    def builtin(self, name: str) -> int:
        """Hold a builtin."""
        return self._engine.keep(find(self._machine, name))

    def names(self, path: "list[str]") -> "list[str]":
        """Return the names in a table."""
        machine = self._machine
        value: "Any" = machine.globals
        for name in path:
            for table in _lookup(machine, value):
                value = table.h.get(name)
                if value is not None:
                    break
            else:
                return []
        found: "dict[str, bool]" = {}
        for table in _lookup(machine, value):
            for key in table.h:
                if type(key) is str:
                    found[key] = True
        return sorted(found)

    def recover(self, tid: int) -> None:
        """Forget a task that was interrupted. Who waits for a coroutine that it ran finds it
        dead."""
        task = self._engine.tasks.pop(tid)
        co: "Coroutine | None" = self._machine.leaf(task)
        while co is not None:
            co.status = "dead"
            co = None if co is task else co.parent
        self._machine.depth = 0


def _lookup(machine: "Machine", value: "Any") -> "list[Table]":
    """Return the tables in which a field of a value is looked up, without calling anything."""
    tables: "list[Table]" = []
    if type(value) is str:
        value = machine.string_meta.h.get("__index")
    while type(value) is Table and len(tables) < DEEPEST:
        tables.append(value)
        value = None if value.meta is None else value.meta.h.get("__index")
    return tables
