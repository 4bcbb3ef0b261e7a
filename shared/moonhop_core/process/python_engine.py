"""Engine python: runs emitted Python on the machine of `lua/machine.py`."""

from moonhop_core.lua import inventory
from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.functions import Bound, Function
from moonhop_core.lua.machine import Machine
from moonhop_core.lua.text import to_text
from moonhop_core.lua.values import Table, type_name
from moonhop_core.process import api
from moonhop_core.process.bounds import bounded
from moonhop_core.process.engine import Engine, ProgramError, Suspend
from moonhop_core.process.image import ImageError
from moonhop_core.process.names import Names
from moonhop_core.process.python_builder import ImageBuilder
from moonhop_core.process.python_image import ImageWalker, Unwritable
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

LONGEST = 21  # lines of a traceback


class PythonEngine(Engine):
    """kept: handle -> value; tasks: id -> coroutine."""

    name = "python"

    def __init__(self, program: "Program", host: "Any"):
        Engine.__init__(self, program, host)
        self.kept: "dict[int, Any]" = {}
        self.tasks: "dict[int, Any]" = {}
        self._next = 1
        self._builder: "ImageBuilder | None" = None
        self.machine = machine = Machine()
        machine.op = self._op
        self.names = Names(machine, self._find_proto)
        machine.hidden = api.OBJECTS
        machine.provide = self._provide
        machine.add_operations(
            [(name, api.OPERATIONS[name][1] == api.SUSPENDS) for name in api.OPERATIONS]
        )
        machine.load_unit(program.python())

    # ------------------------------------------------------------ what programs find

    def _provide(self, names: "Sequence[str] | None") -> None:
        """Make what is not just a function for an operation."""
        machine = self.machine
        for kind in api.OBJECTS:
            table = machine.builtins.get(kind)
            if table is not None and kind + ".__index" not in machine.operations:
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
        return Bound(name, state, self.names.callable_of(self.names.builtin(name)))

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
        handle = self._next
        self._next = handle + 1
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

    def _find_proto(self, name: str) -> "Any":
        at = name.find("/")
        unit = int(name[:at]) if at >= 0 else 0
        number = int(name[at + 1 :])
        units = self.machine.units
        if unit < len(units) and number < len(units[unit].protos):
            return units[unit].protos[number]
        return None

    def write_image(self, put: "Callable[[Record], None]") -> None:
        """Write all records."""
        walker = ImageWalker(self.names, put)
        try:
            self._write(walker, put)
        except Unwritable as error:
            from moonhop_core.process.unwritable import find_path

            path = find_path(error.value, self._roots(), self.names)
            raise ImageError(
                "%s, a %s of the host, cannot be written down" % (path, type_name(error.value))
            )

    def _write(self, walker: ImageWalker, put: "Callable[[Record], None]") -> None:
        machine = self.machine
        for unit in machine.units[1:]:
            record: "Record" = ["u", unit.number, unit.given, unit.source]
            if unit.globals is not machine.globals:
                record.append(walker.mention(unit.globals))
            put(record)
        walker.flush()
        walker.differences()
        for tid, coroutine in self.tasks.items():
            put(["T", tid, int(walker.mention(coroutine)[1:])])
            walker.flush()
        for handle, value in self.kept.items():
            walker.root(["h", handle], [value])
        random = machine.get_random_state()
        if random is not None:
            put(["g"] + random)

    def _roots(self) -> "list[tuple[str, Any]]":
        roots: "list[tuple[str, Any]]" = [("_G", self.machine.globals)]
        for name, table, _, _ in self.names.tables():
            roots.append((name, table))
        for tid, coroutine in self.tasks.items():
            roots.append(("task %d" % tid, coroutine))
        for handle, value in self.kept.items():
            roots.append(("handler %d" % handle, value))
        return roots

    def read_record(self, record: "Record") -> None:
        """Take one record."""
        builder = self._builder
        if builder is None:
            builder = self._builder = ImageBuilder(self.names)
        if builder.read(record):
            return
        if record[0] == "u":
            if record[1] != len(self.machine.units):
                raise ImageError("units of the program are missing")
            env = builder.value(record[4]) if len(record) > 4 else None
            assert env is None or isinstance(env, Table)
            self.machine.compile_unit(record[3], record[2], env)
        elif record[0] == "g":
            self.machine.set_random_state(record[1:])
        else:
            raise ImageError("unknown record '%s'" % record[0])

    def finish_restore(self) -> None:
        """Tie up what was read."""
        builder = self._builder
        if builder is None:
            return
        builder.finish()
        self._builder = None
        self.tasks = builder.tasks
        self.kept = builder.kept
        self._next = max(self.kept) + 1 if self.kept else 1

    def close(self) -> None:
        """Let go of everything."""
        if self.watch is not None:
            self.watch.close()
        self.tasks = {}
        self.kept = {}
        self.machine.close()


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
