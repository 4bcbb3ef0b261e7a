"""Engine python: runs emitted Python on the machine of `lua/machine.py`."""

from moonhop_core.lua import inventory
from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.functions import Bound, Function, callable_of
from moonhop_core.lua.libraries import find
from moonhop_core.lua.machine import Machine
from moonhop_core.lua.text import to_text
from moonhop_core.lua.values import type_name
from moonhop_core.process import api
from moonhop_core.process.bounds import bounded
from moonhop_core.process.engine import Engine, ProgramError, Suspend
from moonhop_core.process.python_values import from_lua, plain, to_lua

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from moonhop_core.process.engine import Outcome, Record
    from moonhop_core.process.program import Program
    from moonhop_core.process.python_builder import ImageBuilder

LONGEST = 21  # lines of a traceback


class PythonEngine(Engine):
    """kept: handle -> value; tasks: id -> coroutine."""

    name = "python"

    def __init__(self, program: "Program", host: "Any"):
        Engine.__init__(self, program, host)
        self.kept: "dict[int, Any]" = {}
        self.tasks: "dict[int, Any]" = {}
        self.next_handle = 1
        self.builder: "ImageBuilder | None" = None  # while an image is read
        self.machine = machine = Machine()
        machine.op = self._op
        machine.hidden = api.OBJECTS
        machine.provide = self._provide
        machine.operations = api.names
        machine.suspends = api.suspends
        machine.load_unit(program.python())

    # ------------------------------------------------------------ what programs find

    def _provide(self, names: "Sequence[str] | None") -> None:
        """Make what is not just a function for an operation."""
        machine = self.machine
        for kind in api.OBJECTS:
            table = machine.builtins.get(kind)
            if table is not None and kind + ".__index" not in machine.builtins:
                table.h["__index"] = table
        if names is not None and not [n for n in names if n[:4] == "node" or n[:7] == "process"]:
            return
        constants = self.host.constants()
        constants["node.engine"] = self.name
        for name in sorted(constants):
            value = constants[name]
            if names is not None and name not in names and name[: name.find(".")] not in names:
                continue
            if name in machine.builtins or name in machine.constants:
                continue
            if type(value) is list or type(value) is dict:
                inventory.register(machine, name, to_lua(self, value))
            else:
                inventory.set_constant(machine, name, to_lua(self, value))

    def _op(self, name: str, args: "list[Any]") -> "Any":
        if name == "print" or name == "log":
            given: "list[Any]" = [to_text(arg) for arg in args]
        else:
            given = [from_lua(arg) for arg in args]
        watch = self.watch
        if watch is None:
            result = self.host.op(name, given)
        else:
            watch.mask()
            try:
                result = self.host.op(name, given)
            finally:
                watch.unmask()
        if isinstance(result, Suspend):
            return result
        return [to_lua(self, value) for value in result]

    def bind(self, name: str, state: "Any") -> Bound:
        """Return a builtin bound to its state."""
        return Bound(name, state, callable_of(find(self.machine, name)))

    # ------------------------------------------------------------ tasks

    def spawn(self, tid: int, fn: "int | None", args: "list[Any]") -> None:
        """Make a task."""
        function = self.machine.main() if fn is None else self.kept[fn]
        self.tasks[tid] = self.machine.spawn(function, [to_lua(self, arg) for arg in args])

    def resume(self, tid: int, values: "list[Any]", error: "Any" = None) -> "Outcome":
        """Run a task until it waits, ends or fails."""
        failure = None
        if error is not None:
            positioned = isinstance(error, ProgramError)
            failure = LuaError(
                str(error) if positioned else to_lua(self, error), 1 if positioned else 0
            )
        task = self.tasks[tid]
        given = [to_lua(self, value) for value in values]
        if self.watch is None:
            outcome = self.machine.resume(task, given, failure)
        else:
            outcome, raised = bounded(self.watch, self.machine.resume, task, given, failure)
            if raised is not None:
                from moonhop_core.lua.faults import interrupted

                stack = self.machine.leaf(task).stack
                over = interrupted(self.machine.units, stack, raised, self.watch.reason)
                return "over", str(over), traceback(over)
        if outcome[0] == "wait":
            return outcome
        del self.tasks[tid]
        if outcome[0] == "done":
            return "done", [from_lua(value) for value in outcome[1]]
        return "failed", str(outcome[1]), traceback(outcome[1])

    def cancel(self, tid: int) -> None:
        """Forget a waiting task. It is the running one who asked: this is part of a turn."""
        watch = self.watch
        if watch is not None:
            watch.unmask()
        try:
            self.machine.cancel(self.tasks.pop(tid))
        finally:
            if watch is not None:
                watch.mask()

    # ------------------------------------------------------------ values

    def keep(self, value: "Any") -> int:
        """Hold a value."""
        handle = self.next_handle
        self.next_handle = handle + 1
        self.kept[handle] = value
        return handle

    def drop(self, handle: int) -> None:
        """Let go of a kept value."""
        del self.kept[handle]

    def plain(self, value: "Any") -> "Any":
        """Return a travelling value as plain Python."""
        return plain(value)

    def is_function(self, value: "Any") -> bool:
        """Tell whether a value is a function."""
        return isinstance(value, Function)

    def type_name(self, value: "Any") -> str:
        """Return Lua's name of a value's type."""
        return "boolean" if type(value) is bool else type_name(value)

    # ------------------------------------------------------------ image

    def write_image(self, put: "Callable[[Record], None]") -> None:
        """Write all records."""
        from moonhop_core.process.python_records import write_records

        write_records(self, put)

    def read_record(self, record: "Record") -> None:
        """Take one record."""
        from moonhop_core.process.python_records import read_record

        read_record(self, record)

    def finish_restore(self) -> None:
        """Tie up what was read."""
        from moonhop_core.process.python_records import finish_reading

        finish_reading(self)

    def close(self) -> None:
        """Let go of everything."""
        if self.watch is not None:
            self.watch.close()
        held = list(self.tasks.values())
        held.extend(self.kept.values())
        self.tasks = {}
        self.kept = {}
        self.host = self.program = None  # type: ignore[assignment]
        self.machine.close(held)


def traceback(error: LuaError) -> str:
    """Return the traceback of an error as PUC Lua shows it, after the message; of a long one the
    first 10 and the last 11 lines."""
    found = error.traceback or []
    lines = ["stack traceback:"]
    if len(found) > LONGEST:
        skipped = "...\t(skipping %d levels)" % (len(found) - LONGEST)
        found = found[:10] + [skipped] + found[10 - LONGEST :]
    for line in found:
        lines.append("\t" + line)
    return "\n".join(lines)
