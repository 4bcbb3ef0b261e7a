"""The machine that runs one process: its globals, units, coroutines and what its builtins share.

A task is a coroutine that the owner started; the trampoline (trampoline.py) runs it. Direct code
runs on Python's own stack; how deep it goes is up to the owner, who sets CPython's recursion limit
and the size of the thread's stack (a level of Lua takes two or three Python calls; on MicroPython a
few hundred bytes of C stack each). There what recurses goes on without, see depth.py.
"""

import sys
import time
from builtins import MemoryError, id, int, isinstance, len, list, set, setattr, str, tuple, type

from moonhop_core.errors import MoonhopError
from moonhop_core.lua import libraries
from moonhop_core.lua.errors import NO_MEMORY, LuaError
from moonhop_core.lua.functions import Function
from moonhop_core.lua.indexing import method_of
from moonhop_core.lua.metamethods import use_strings
from moonhop_core.lua.proto import Proto, Unit
from moonhop_core.lua.stack import crowded
from moonhop_core.lua.support import new
from moonhop_core.lua.trampoline import SPECIAL, new_frame, refusal, run
from moonhop_core.lua.unwinding import close_stack
from moonhop_core.lua.values import Coroutine, Table, as_tuple, results

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from moonhop_core.lua.xoshiro import Xoshiro

MOST_COROUTINES = 190  # resumed inside each other by direct code, as LUAI_MAXCCALLS bounds it


class Machine:
    """Runs the tasks of one process.

    globals     `_G`
    builtins    registered name -> function or library table, the pristine ones; those that the
                units name, and those that were asked for (see libraries.py)
    tables      id() of a builtin table -> its registered name
    constants   dotted name -> value, of what is in library tables besides
    operations  callback: operations(), the dotted names of the host's
    suspends    callback: suspends(name), whether one of them may
    hidden      names of builtin tables that are not reachable from `_G`
    listed      libraries that `package.loaded` lists, once the program has that table
    units       texts of the program, see `Unit`; unit 0 is the program
    print       callback: print(text)
    random      the state of math.random, or None if nothing has needed it
    op          callback: op(name, args) -> list of values, or Suspend(wait)
    provide     callback: provide(names), makes those that only the host knows; None: all
    deep        C's stack is nearly used up: what can is run in frame form (depth.py)
    spare       memory for errors meanwhile
    """

    deep = False
    spare: "bytearray | None" = None

    def __init__(self) -> None:
        self.globals = Table({})
        self.builtins: "dict[str, Any]" = {"_G": self.globals}
        self.units: "list[Unit]" = []
        self.current: "Coroutine | None" = None
        self.suspending: "set[str]" = set(SPECIAL)
        self.func: "Any" = None  # what a step or tail call asks to be called, and with what
        self.args: "Sequence[Any]" = ()
        self.depth = 0
        self.handling: "LuaError | None" = None  # what a message handler is called for
        self.print: "Callable[[str], Any]" = print
        self.op: "Callable[[str, list[Any]], Any]" = no_operations
        self.provide: "Callable[[Sequence[str] | None], Any]" = no_provider
        self.operations: "Callable[[], list[str]]" = list
        self.suspends: "Callable[[str], bool]" = bool
        self.constants: "dict[str, Any]" = {}
        self.hidden: "Sequence[str]" = ()
        self.listed: "Sequence[str]" = ()
        self.random: "Xoshiro | None" = None
        self.random_state: "list[int] | None" = None  # what it starts from
        strings = Table({})
        self.string_meta = Table({"__index": strings})
        self.strings = strings.h
        self.method = method_of(self.string_meta)
        self.builtins["string"] = strings
        self.tables = {id(self.globals): "_G", id(strings): "string"}
        self.globals.h["string"] = strings
        self.globals.h["_G"] = self.globals
        self.globals.h["_VERSION"] = self.constants["_VERSION"] = "Lua 5.4"

    # ------------------------------------------------------------ what programs find

    def make_operation(self, name: str) -> "Callable[..., Any]":
        """Return the function of an operation, for calls from direct code."""

        def operation(*args: "Any") -> "Any":
            if name in self.suspending:
                raise self.cannot_suspend(name)
            return results(self.operate(name, args))

        return operation

    def operate(self, name: str, args: "Sequence[Any]") -> "Any":
        """Call the host; its complaints become Lua errors."""
        if crowded():
            raise LuaError("stack overflow", 1)
        try:
            return self.op(name, list(args))
        except MoonhopError as error:
            raise LuaError(str(error), 1)

    def generator(self) -> "Xoshiro":
        """Return the state of math.random."""
        if self.random is None:
            from moonhop_core.lua.xoshiro import Xoshiro

            self.random = Xoshiro(int(time.time()), id(self))
            if self.random_state is not None:
                self.random.set_state(self.random_state)
        return self.random

    def get_random_state(self) -> "list[int] | None":
        """Return the state of math.random, None if nothing has needed it."""
        return self.random_state if self.random is None else self.random.get_state()

    def set_random_state(self, state: "list[int]") -> None:
        """Have math.random go on from a state."""
        self.random_state = state
        if self.random is not None:
            self.random.set_state(state)

    # ------------------------------------------------------------ texts

    def load_unit(self, form: "Any", source: str = "", given: str = "") -> Unit:
        """Add a unit: emitted text, or the imported module of one. The first is the program."""
        return self.add_unit(form, self.globals, source, given)

    def add_unit(self, form: "Any", env: "Any", source: str, given: str) -> Unit:
        """Tie an emitted module to this machine, and make the builtins that it names."""
        unit = Unit(self, len(self.units), form, env, source, given)
        libraries.use(self, unit.uses)
        self.units = self.units + [unit]  # an alarm's thread may be walking through the old list
        return unit

    def main(self) -> Function:
        """Return a new closure of the program's main chunk."""
        made: Function = new(self.units[0].protos[0], ())
        return made

    def compile_unit(self, source: str, given: str, env: "Any" = None, form: "Any" = None) -> Unit:
        """Compile a text that `load` was given, unless `form` is what came of it elsewhere, and add
        it as a unit. Raises LuaSyntaxError, and ImportError where there is no compiler."""
        if form is not None:
            return self.add_unit(form, env or self.globals, source, given)
        from moonhop_core.lang.compile import compile_lua
        from moonhop_core.lang.emit_python import emit_python
        from moonhop_core.lua.chunks import display_name

        lowered = compile_lua(source, display_name(given), unit=True)
        checked = sys.implementation.name != "cpython"
        return self.add_unit(emit_python(lowered, checked), env or self.globals, source, given)

    def load_text(self, source: str, given: str, env: "Any") -> "Any":
        """load(): the function, or nil and a message."""
        try:
            unit = self.compile_unit(source, given, env)
        except MoonhopError as error:
            return None, str(error)
        except ImportError:
            return None, "load: this node has no compiler"
        return new(unit.protos[0], ())

    def close(self, held: "list[Any]") -> None:
        """Let go of the program, and of what its tasks and whoever keeps values have of it, `held`.

        MicroPython takes any word on the stack for a pointer: a frame, say, that is kept by such an
        accident shall not hold all of this.
        """
        while held:
            value = held.pop()
            if type(value) is list:  # a stack, a frame, a cell
                held.extend(value)
                value.clear()
            elif type(value) is Coroutine:
                held.append(value.stack)
                held.append(value.function)
            elif isinstance(value, Function) and type(value.proto) is Proto:
                held.extend(value.cells)
                held.append(value.deep)
                value.cells = ()
                setattr(value, value.proto.attribute, None)
                value.proto = None
        for unit in self.units:
            unit.untie()
        self.units = []
        self.builtins = {}
        self.globals.h = {}
        self.op = no_operations
        self.provide = no_provider

    # ------------------------------------------------------------ tasks

    def spawn(self, function: "Any", args: "Sequence[Any]" = ()) -> Coroutine:
        """Make a task; it starts at its first resume."""
        task = Coroutine(function)
        task.args = tuple(args)
        return task

    def is_task(self, co: "Coroutine | None") -> bool:
        """Tell whether it is a task's own coroutine, and not one that Lua resumed."""
        return co is None or co.parent is None

    def leaf(self, task: Coroutine) -> Coroutine:
        """Return the coroutine that a task waits in: it follows what has resumed what."""
        co = task
        while co.stack:
            top = co.stack[-1]
            if type(top[0]) is not str or top[0] not in ("resume", "wrap"):
                break
            top[1].parent = co
            co = top[1]
        return co

    def resume(
        self, task: Coroutine, values: "Sequence[Any]" = (), error: "LuaError | None" = None
    ) -> "tuple[Any, ...]":
        """Run a task until it waits, ends or fails; `values` are what the call that it waits in
        returns, or that call raises `error`.

        Returns ("wait", wait), ("done", values) or ("failed", LuaError).
        """
        use_strings(self.string_meta)
        co = self.leaf(task)
        value = results(values)
        if task.function is not None and not values:
            value = results(task.args)
        try:
            outcome = run(self, task, co, value, error)
        except LuaError as raised:
            return "failed", raised
        finally:
            self.current = None
        if outcome[0] == "done":
            return "done", list(as_tuple(outcome[1]))
        return outcome

    def cancel(self, task: Coroutine) -> None:
        """Forget a waiting task: close what its coroutines hold open."""
        use_strings(self.string_meta)
        co: "Coroutine | None" = self.leaf(task)
        while co is not None:
            close_stack(self, co, None)
            co.status = "dead"
            co = None if co is task else co.parent

    # ------------------------------------------------------------ calls from direct code

    def nested(self, func: "Any", args: "Sequence[Any]") -> "Any":
        """Run a frame-form function to its end for a direct caller; it must not suspend."""
        before = self.current
        co = Coroutine(None)
        co.stack.append(new_frame(func, func.proto, args))
        co.alias = before if before is not None else co
        if before is not None:
            co.parent = before.parent
        self.depth += 1
        try:
            return run(self, co, co, None)[1]
        finally:
            self.depth -= 1
            self.current = before

    def resume_direct(self, co: Coroutine, args: "Sequence[Any]") -> "Any":
        """Resume a coroutine from direct code; gives what it yields or returns. It may yield, but
        not wait. Raises what it fails with."""
        why = refusal(co)
        if why:
            raise LuaError(why)
        if self.depth > MOST_COROUTINES:
            raise LuaError("C stack overflow", 1)
        before = self.current
        if before is not None:
            before.status = "normal"
        co.parent = before if before is not None else co
        self.depth += 1
        try:
            return run(self, co, co, results(args))[1]
        finally:
            self.depth -= 1
            co.parent = None
            self.current = before
            if before is not None:
                before.status = "running"

    def cannot_suspend(self, name: str) -> LuaError:
        """Return the error of a suspension that direct code stands in the way of."""
        co = self.current
        if name == "coroutine.yield" and (co is None or co.parent is None):
            return LuaError("attempt to yield from outside a coroutine")
        error = LuaError("attempt to suspend in '%s', called through a function that cannot" % name)
        error.about = ("suspend",)
        return error

    # ------------------------------------------------------------ errors

    def settle(
        self,
        raised: Exception,
        stack: "Sequence[Any] | None" = None,
        stepping: bool = False,
        called: "Any" = None,
    ) -> LuaError:
        """Return the Lua error that an exception is; see `faults.settle`. Of a full memory it has
        no place: to find that out takes memory, and frames are still to be let go of."""
        if isinstance(raised, MemoryError):
            return LuaError(NO_MEMORY)
        if isinstance(raised, LuaError) and raised.level == 0 and raised.traceback is not None:
            return raised
        from moonhop_core.lua import faults

        return faults.settle(self.units, raised, stack, stepping, called)


def no_provider(names: "Sequence[str] | None") -> None:
    """Provide nothing: there is no host."""


def no_operations(name: str, args: "list[Any]") -> "Any":
    """What a machine without a host does."""
    raise LuaError("'%s' is not available here" % name, 1)
