"""The machine that runs one process: its globals, units, coroutines and the trampoline.

A coroutine's stack holds frames (`[closure, pc, closers, slot …]`, see docs/architecture.md) and
between them markers, lists that start with a string: `["pcall"]`, `["xpcall", handler]`,
`["require", module, loader data]`, `["again", module]` (it waits for another task that loads it),
`["resume", coroutine]` and `["wrap", coroutine]` (what this coroutine has resumed). A task is a
coroutine that the owner started. Direct code runs on Python's own stack; how deep it goes is up to
the owner, who sets CPython's recursion limit and the size of the thread's stack (a level of Lua
takes two or three Python calls; on MicroPython a few hundred bytes of C stack each).
"""

import time
from builtins import any, id, int, isinstance, len, list, max, set, str, tuple, type

from moonhop_core.errors import MoonhopError
from moonhop_core.lua import indexing, libraries
from moonhop_core.lua.errors import LuaError, type_error
from moonhop_core.lua.metamethods import call, metamethod, trouble, use_strings
from moonhop_core.lua.proto import Unit
from moonhop_core.lua.support import CALL, TAIL, close_value, new
from moonhop_core.lua.values import (
    FALSE,
    TRUE,
    Bound,
    Coroutine,
    Function,
    Suspend,
    Table,
    as_tuple,
    builtin,
    first,
    results,
)

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from moonhop_core.lua.xoshiro import Xoshiro

# What the trampoline does itself, because it may suspend.
SPECIAL = (
    "pcall",
    "xpcall",
    "require",
    "coroutine.yield",
    "coroutine.resume",
    "coroutine.wrap.next",
)

# Last parts of the names of functions that builtins give: iterators and searchers.
HELPERS = ("next", "next_lax", "carried", "preloaded", "linked")
TRACEBACK = 22  # lines at most
MOST_COROUTINES = 190  # resumed inside each other by direct code, as LUAI_MAXCCALLS bounds it


class Machine:
    """Runs the tasks of one process.

    globals     `_G`
    builtins    registered name -> function or library table, the pristine ones; those that the
                units name (see libraries.py), and those that `find` was asked for
    tables      id() of a builtin table -> its registered name
    constants   dotted name -> value, of what is in library tables besides
    operations  the host's operations: dotted name -> whether it may suspend
    hidden      names of builtin tables that are not reachable from `_G`
    listed      libraries that `package.loaded` lists, once the program has that table
    units       texts of the program, see `Unit`; unit 0 is the program
    print       callback: print(text)
    random      the state of math.random, or None if nothing has needed it
    op          callback: op(name, args) -> list of values, or Suspend(wait)
    provide     callback: provide(names), makes those that only the host knows; None: all
    """

    def __init__(self) -> None:
        self.globals = Table({})
        self.builtins: "dict[str, Any]" = {"_G": self.globals}
        self.units: "list[Unit]" = []
        self.current: "Coroutine | None" = None
        self.suspending: "set[str]" = set(SPECIAL)
        self.func: "Any" = None  # what a step asks to be called, and with what
        self.args: "Sequence[Any]" = ()
        self.depth = 0
        self.handling: "LuaError | None" = None  # what a message handler is called for
        self.print: "Callable[[str], Any]" = print
        self.op: "Callable[[str, list[Any]], Any]" = no_operations
        self.provide: "Callable[[Sequence[str] | None], Any]" = no_provider
        self.operations: "dict[str, bool]" = {}
        self.constants: "dict[str, Any]" = {}
        self.hidden: "Sequence[str]" = ()
        self.listed: "Sequence[str]" = ()
        self.random: "Xoshiro | None" = None
        self.random_state: "list[int] | None" = None  # what it starts from
        strings = Table({})
        self.string_meta = Table({"__index": strings})
        self.method = self.make_method()
        self.builtins["string"] = strings
        self.tables = {id(self.globals): "_G", id(strings): "string"}
        self.globals.h["string"] = strings
        self.globals.h["_G"] = self.globals
        self.globals.h["_VERSION"] = self.constants["_VERSION"] = "Lua 5.4"

    # ------------------------------------------------------------ what programs find

    def use(self, names: "Sequence[str] | None") -> None:
        """Make the builtins that a unit names; None: all there are."""
        for name in self.operations:
            if name not in self.builtins and (
                names is None or name in names or name[: max(name.find("."), 0)] in names
            ):
                self.install(name, (self.make_operation(name), -1))
        for name in names or ():
            at = name.find(".") + 1
            if at and any(known.startswith(name[:at]) for known in self.operations):
                self.library(name[: at - 1])  # it is there even if it has no such field
        if names is None:
            libraries.use_all(self)
        else:
            libraries.use(self, names)
        self.provide(names)

    def find(self, name: str) -> "Any":
        """Return the builtin of this name, made if it is not there yet; None if there is none."""
        found = self.builtins.get(name)
        if found is None:
            self.use((name,))
            found = self.builtins.get(name)
        return found

    def install(self, name: str, function: "tuple[Any, ...]") -> None:
        """Register a builtin: a Python function and its number of parameters, -1 any; then perhaps
        quicker ones (`values.builtin`)."""
        self.register(name, builtin(name, *function))

    def set_constant(self, name: str, value: "Any") -> None:
        """Put a value that is neither function nor table into a builtin table."""
        at = name.rfind(".")
        table = self.library(name[:at])
        if table is not None:
            self.constants[name] = value
            table.h.setdefault(name[at + 1 :], value)

    def register(self, name: str, value: "Any") -> None:
        """Make a builtin function or table known under a dotted name, and reachable from `_G`
        unless it is a function's helper such as `ipairs.next`, or the program has put something
        else there."""
        self.builtins[name] = value
        if type(value) is Table:
            self.tables[id(value)] = name
            if name in self.listed:
                self.builtins["package.loaded"].h.setdefault(name, value)
        at = name.rfind(".")
        if at < 0:
            if name not in self.hidden:
                self.globals.h.setdefault(name, value)
            return
        holder = None if name[at + 1 :] in HELPERS else self.library(name[:at])
        if holder is not None:
            holder.h.setdefault(name[at + 1 :], value)

    def library(self, name: str) -> "Table | None":
        """Return the builtin table of this dotted name, making it; None if that is a function."""
        found = self.builtins.get(name)
        if found is None:
            found = Table({})
            self.register(name, found)
        return found if type(found) is Table else None

    def add_operations(self, names: "Iterable[tuple[str, bool]]") -> None:
        """Let programs have the host's operations: (dotted name, it may suspend)."""
        for name, suspends in names:
            self.operations[name] = suspends
            if suspends:
                self.suspending.add(name)

    def make_operation(self, name: str) -> "Callable[..., Any]":
        """Return the function of an operation, for calls from direct code."""

        def operation(*args: "Any") -> "Any":
            if name in self.suspending:
                raise self.cannot_suspend(name)
            return results(self.operate(name, args))

        return operation

    def operate(self, name: str, args: "Sequence[Any]") -> "Any":
        """Call the host; its complaints become Lua errors."""
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

    def make_method(self) -> "Callable[[Any, str], Any]":
        """Return what `obj:name(…)` looks its function up with, if obj may be a string."""
        meta = self.string_meta
        index = indexing.index

        def method(obj: "Any", name: str) -> "Any":
            if type(obj) is str:
                library: "Any" = meta.h
                if "__index" in library:  # no `try`: see lua/access.py
                    library = library["__index"]
                    if type(library) is Table and name in library.h:
                        return library.h[name]
                return index(obj, name)
            return indexing.method(obj, name)

        return method

    # ------------------------------------------------------------ texts

    def load_unit(self, form: "Any", source: str = "", given: str = "") -> Unit:
        """Add a unit: emitted text, or the imported module of one. The first is the program."""
        return self.add_unit(form, self.globals, source, given)

    def add_unit(self, form: "Any", env: "Any", source: str, given: str) -> Unit:
        """Tie an emitted module to this machine, and make the builtins that it names."""
        unit = Unit(self, len(self.units), form, env, source, given)
        self.use(unit.uses)
        self.units.append(unit)
        return unit

    def main(self) -> Function:
        """Return a new closure of the program's main chunk."""
        made: Function = new(self.units[0].protos[0], ())
        return made

    def compile_unit(self, source: str, given: str, env: "Any" = None) -> Unit:
        """Compile a text that `load` was given, and add it as a unit. Raises LuaSyntaxError."""
        from moonhop_core.lang.compile import compile_lua
        from moonhop_core.lang.emit_python import emit_python
        from moonhop_core.lua.base import display_name

        lowered = compile_lua(source, display_name(given), unit=True)
        return self.add_unit(emit_python(lowered), env or self.globals, source, given)

    def load_text(self, source: str, given: str, env: "Any") -> "Any":
        """load(): the function, or nil and a message."""
        if type(env) is not Table:
            raise type_error(4, "load", "table", env)
        try:
            unit = self.compile_unit(source, given, env)
        except MoonhopError as error:
            return None, str(error)
        except ImportError:
            return None, "load: this node has no compiler"
        return new(unit.protos[0], ())

    def close(self) -> None:
        """Let go of the program: what still has it by accident shall not hold all of this."""
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
            outcome = self.run(task, co, value, error)
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
            self.close_stack(co, None)
            co.status = "dead"
            co = None if co is task else co.parent

    # ------------------------------------------------------------ the trampoline

    def run(
        self, root: Coroutine, co: Coroutine, value: "Any", error: "Exception | None" = None
    ) -> "tuple[str, Any]":
        """Go on in `co`, which `root` has resumed (through others), or is.

        Returns ("done", result) when root ends, ("yield", result) when root yields, ("wait", wait)
        when it waits; root's own failure is raised.
        """
        func: "Any" = None
        callee: "Any" = None
        args: "Sequence[Any]" = ()
        if error is None and co.function is not None:
            func = co.function
            args = as_tuple(value)
            co.function = None
            co.args = ()
        co.status = "running"
        self.current = co.alias or co
        stack = co.stack
        stepping = tail = False
        while True:
            try:
                if error is not None:
                    raise error
                while True:
                    if func is not None:
                        # call func with args
                        if type(func) is Table:
                            handler = metamethod(func, "__call")
                            if handler is None:
                                raise not_callable(func)
                            args = (func,) + tuple(args)
                            func = handler
                            continue
                        if not isinstance(func, Function):
                            raise not_callable(func)
                        proto = func.proto
                        if func.frame:
                            if tail:
                                stack.pop()
                                tail = False
                            stack.append(new_frame(func, proto, args))
                            func = None
                        elif type(proto) is str and proto in self.suspending:
                            callee = func
                            func = None
                            if tail and proto != "require":
                                stack.pop()
                                tail = False
                            if proto == "pcall" or proto == "xpcall":
                                func, args = self.protect(stack, proto, args)
                                continue
                            if proto == "require":
                                from moonhop_core.lua import modules

                                func, args = modules.begin(self, co, args, tail)
                                tail = False
                                if func is not None:
                                    continue
                                value = args
                            elif proto == "coroutine.yield":
                                if co is root:
                                    if co.parent is None or co.alias is not None:
                                        raise self.cannot_suspend(proto)
                                    co.status = "suspended"
                                    return "yield", results(args)
                                co.status = "suspended"
                                co = self.back(co)
                                stack = co.stack
                                marker = stack.pop()
                                value = results(args)
                                if marker[0] == "resume":
                                    value = (TRUE,) + tuple(args)
                            elif proto == "coroutine.resume" or proto == "coroutine.wrap.next":
                                if proto == "coroutine.resume":
                                    to = thread_argument(args)
                                    args = args[1:]
                                else:
                                    assert isinstance(callee, Bound)
                                    to = callee.state.h[1]
                                refusal = self.refusal(to)
                                if refusal:
                                    if proto == "coroutine.wrap.next":
                                        raise LuaError(refusal, 1)
                                    value = (FALSE, refusal)
                                else:
                                    kind = "resume" if proto == "coroutine.resume" else "wrap"
                                    stack.append([kind, to])
                                    co = self.switch(co, to)
                                    stack = co.stack
                                    value = results(args)
                                    if co.function is not None:
                                        func = co.function
                                        co.function = None
                                        continue
                            else:
                                given = list(args)
                                if isinstance(callee, Bound):
                                    given.insert(0, callee.state)
                                found = self.operate(proto, given)
                                if isinstance(found, Suspend):
                                    if root.parent is not None or self.depth:
                                        raise self.cannot_suspend(proto)
                                    return "wait", found.wait
                                value = results(found)
                        else:
                            callee = func
                            func = None
                            value = callee.cn(args)
                            if tail:
                                stack.pop()
                                tail = False
                    # deliver value to the top of the stack
                    if not stack:
                        co.status = "dead"
                        if co is root:
                            return "done", value
                        co = self.back(co)
                        stack = co.stack
                        if stack.pop()[0] == "resume":
                            value = (TRUE,) + as_tuple(value)
                        continue
                    top = stack[-1]
                    if type(top[0]) is str:
                        stack.pop()
                        if top[0] == "again":
                            func = self.builtins["require"]
                            args = (top[1],)
                        else:
                            value = self.passed(top, value)
                        continue
                    stepping = True
                    value = top[0].step(top, value)
                    stepping = False
                    if value is CALL:
                        func = self.func
                        args = self.args
                        if func is None:
                            raise not_callable(None)
                    elif value is TAIL:
                        func = self.func
                        args = self.args
                        tail = True
                        if func is None:
                            raise not_callable(None)
                    else:
                        if top[2]:
                            error = self.close_frame(top, None)
                            if error is not None:
                                raise error
                        stack.pop()
            except Exception as exception:
                nameless = not stepping and (not stack or type(stack[-1][0]) is str)
                failed = self.settle(exception, stack, stepping, callee if nameless else None)
                listed = stepping
                stepping = tail = False
                func = error = None
                while True:
                    caught = self.unwind(co, failed, listed)
                    listed = False
                    if caught is not None:
                        value = caught
                        break
                    co.status = "dead"
                    failed = co.error
                    if co is root:
                        raise failed
                    co = self.back(co)
                    stack = co.stack
                    marker = stack.pop()
                    if marker[0] == "resume":
                        value = (FALSE, failed.value)
                        break
                    failed = self.close_stack(marker[1], failed) or failed

    def protect(
        self, stack: "list[Any]", name: str, args: "Sequence[Any]"
    ) -> "tuple[Any, Sequence[Any]]":
        """Put the marker of pcall or xpcall on the stack; gives what they call."""
        if name == "pcall":
            if not args:
                raise LuaError("bad argument #1 to 'pcall' (value expected)", 1)
            stack.append(["pcall"])
            func, args = args[0], args[1:]
        else:
            if len(args) < 2:
                raise LuaError("bad argument #2 to 'xpcall' (value expected)", 1)
            stack.append(["xpcall", args[1]])
            func, args = args[0], args[2:]
        if func is None:
            raise not_callable(None, False)
        return func, args

    def passed(self, marker: "list[Any]", value: "Any") -> "Any":
        """Return what a marker makes of the results that pass it."""
        if marker[0] == "require":
            from moonhop_core.lua import modules

            return modules.finish(self, marker[1], marker[2], value)
        return (TRUE,) + as_tuple(value)

    def switch(self, co: Coroutine, to: Coroutine) -> Coroutine:
        """`co` resumes `to`, which becomes the running one."""
        co.status = "normal"
        to.status = "running"
        to.parent = co
        self.current = to
        return to

    def back(self, co: Coroutine) -> Coroutine:
        """Go back to the coroutine that resumed `co`."""
        parent = co.parent
        assert parent is not None
        co.parent = None
        parent.status = "running"
        self.current = parent.alias or parent
        return parent

    def refusal(self, co: Coroutine) -> str:
        """Say why a coroutine cannot be resumed, or ""."""
        if co.status == "suspended":
            return ""
        if co.status == "dead":
            return "cannot resume dead coroutine"
        return "cannot resume non-suspended coroutine"

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
            return self.run(co, co, None)[1]
        finally:
            self.depth -= 1
            self.current = before

    def resume_direct(self, co: Coroutine, args: "Sequence[Any]") -> "Any":
        """Resume a coroutine from direct code; gives what it yields or returns. It may yield, but
        not wait. Raises what it fails with."""
        refusal = self.refusal(co)
        if refusal:
            raise LuaError(refusal)
        if self.depth > MOST_COROUTINES:
            raise LuaError("C stack overflow", 1)
        before = self.current
        if before is not None:
            before.status = "normal"
        co.parent = before if before is not None else co
        self.depth += 1
        try:
            return self.run(co, co, results(args))[1]
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
        """Return the Lua error that an exception is, its position and variable looked up.

        stack: frames below what raised it; stepping: the top one of them was running; called: the
        function that raised it if that was called without a name, by pcall for example.
        """
        from moonhop_core.lua import positions

        error = positions.from_python(raised)
        if error is None:
            raise raised
        if error.level == 0 and error.traceback is not None:
            return error
        found, library = positions.places(raised, self.units)
        if error.level < 0:
            error.level = 0 if library or (not found and stepping) else 1
        if error.about is not None:
            if error.about[0] == "suspend":
                error.value = self.suspend_text(error.value, found, stack)
            elif isinstance(error.value, str):
                error.value = positions.named(error.value, error.about, notes_at(found, stack))
            error.about = None
        if library and error.level and isinstance(error.value, str):
            error.value = positions.for_method(error.value, notes_at(found, stack))
        if called is not None and not found and type(error.value) is str:
            error.value = positions.in_full(error.value, called)
        if error.level and isinstance(error.value, str):
            error.value = self.position(error.level, found, stack, stepping) + error.value
        error.level = 0
        if error.traceback is None:
            error.traceback = trace(found)
        return error

    def interrupted(self, task: Coroutine, raised: BaseException, reason: str) -> LuaError:
        """Return the error of a turn that was interrupted: `reason`, with the place."""
        from moonhop_core.lua import positions

        found, _ = positions.places(raised, self.units)
        while found and not found[0][0].lua_line(found[0][1]):
            found.pop(0)  # a frame's step, before it knew where to go on
        stack = self.leaf(task).stack
        while not found and stack and type(stack[-1][0]) is str:
            stack = stack[:-1]
        error = LuaError(self.position(1, found, stack, False) + reason, 0, trace(found))
        for frame in reversed(stack[:-1] if found else stack):
            if type(frame[0]) is not str:
                self.note_frame(error, frame)
        return error

    def suspend_text(self, text: str, found: "list[Any]", stack: "Sequence[Any] | None") -> str:
        """Say which function wanted to suspend, and where."""
        if found:
            unit, line = found[0]
            proto = unit.proto_at(line)
            line = unit.lua_line(line)
        elif stack and type(stack[-1][0]) is not str:
            proto = stack[-1][0].proto
            line = proto.lines[stack[-1][1]]
        else:
            return text
        place = (proto.name or "?", proto.file, line)
        return "attempt to suspend in '%s' (%s:%d), called through a function that cannot" % place

    def position(
        self,
        level: int,
        found: "list[Any]",
        stack: "Sequence[Any] | None",
        stepping: bool,
    ) -> str:
        """Return "FILE:LINE: " of the level-th function around an error, or ""."""
        if level <= len(found):
            unit, line = found[level - 1]
            return "%s: " % unit.place(line)
        if not stack:
            return ""
        level -= len(found)
        at = len(stack) - level - (1 if stepping and found else 0)
        if at < 0 or type(stack[at][0]) is str:
            return ""
        proto = stack[at][0].proto
        return "%s:%d: " % (proto.file, proto.lines[stack[at][1]])

    def unwind(self, co: Coroutine, error: LuaError, listed: bool) -> "Any":
        """Take frames off the stack down to a marker that catches; gives the value to deliver
        there, or None if nothing catches (then `co.error` is the error). listed: the traceback has
        the top frame already."""
        stack = co.stack
        at = len(stack) - 1
        while at >= 0 and stack[at][0] not in ("pcall", "xpcall"):
            top = stack[at]
            if type(top[0]) is not str and not listed:
                self.note_frame(error, top)
            listed = False
            at -= 1
        if at < 0 and co.alias is None:
            # A coroutine that dies keeps what it holds open until it is closed (manual 3.3.8).
            co.error = error
            return None
        while len(stack) > at + 1:
            top = stack.pop()
            if type(top[0]) is not str and top[2]:
                error = self.close_frame(top, error) or error
        if at < 0:
            co.error = error
            return None
        marker = stack.pop()
        if marker[0] == "pcall":
            return FALSE, error.value
        return self.handle(marker[1], error)

    def note_frame(self, error: LuaError, frame: "list[Any]") -> None:
        """Add a frame to an error's traceback."""
        lines = error.traceback
        if lines is not None and len(lines) < TRACEBACK:
            proto = frame[0].proto
            place = (proto.file, proto.lines[frame[1]], proto.title)
            lines.append("%s:%d: in %s" % place)

    def handle(self, handler: "Any", error: LuaError) -> "Any":
        """Call xpcall's message handler; gives what xpcall returns."""
        before, self.handling = self.handling, error
        try:
            return FALSE, first(call(handler, (error.value,)))
        except Exception as raised:
            return FALSE, self.settle(raised).value
        finally:
            self.handling = before

    def close_frame(self, frame: "list[Any]", error: "LuaError | None") -> "LuaError | None":
        """Close what a frame holds open, newest first; an error in one goes to the next, and the
        last one is returned."""
        closers = frame[2]
        while closers:
            value = closers.pop()
            if value is not None:
                try:
                    close_value(value, None if error is None else error.value)
                except Exception as raised:
                    error = self.settle(raised)
        return error

    def close_stack(self, co: Coroutine, error: "LuaError | None") -> "LuaError | None":
        """Drop a coroutine's stack, closing what it holds open; gives the last error."""
        stack = co.stack
        while stack:
            top = stack.pop()
            if type(top[0]) is str:
                if top[0] in ("resume", "wrap"):
                    self.close_stack(top[1], None)
                    top[1].status = "dead"
            elif top[2]:
                error = self.close_frame(top, error)
        co.function = None
        return error


def notes_at(found: "list[Any]", stack: "Sequence[Any] | None") -> "list[str]":
    """Return what is noted about the emitted line that an error came from, or about the call
    that the top frame has left its step with."""
    if found:
        unit, line = found[0]
        notes: "list[str]" = unit.about_line(str(line))
        return notes
    if stack and type(stack[-1][0]) is not str:
        proto = stack[-1][0].proto
        notes = proto.unit.about_line("%d.%d" % (proto.number, stack[-1][1]))
        return notes
    return []


def not_callable(func: "Any", named: bool = True) -> LuaError:
    """Return the error of a call that the trampoline cannot make."""
    error = trouble("call", func, ("call",) if named else None)
    error.level = 1 if named else 0
    return error


def new_frame(func: "Any", proto: "Any", args: "Sequence[Any]") -> "list[Any]":
    """Return the frame of a call: arguments adjusted to the parameters, extra ones packed."""
    params = proto.params
    frame = [func, 0, None]
    count = len(args)
    if count >= params:
        frame.extend(args[:params])
    else:
        frame.extend(args)
        frame.extend((None,) * (params - count))
    if proto.vararg:
        frame.append(tuple(args[params:]))
    return frame


def trace(found: "list[Any]") -> "list[str]":
    """Return the lines of a traceback; of a deep one the ends, as PUC Lua does."""
    if len(found) <= TRACEBACK:
        return [trace_line(unit, line) for unit, line in found]
    half = TRACEBACK // 2
    lines = [trace_line(unit, line) for unit, line in found[:half]]
    lines.append("...\t(skipping %d levels)" % (len(found) - 2 * half))
    return lines + [trace_line(unit, line) for unit, line in found[-half:]]


def trace_line(unit: Unit, line: int) -> str:
    """Return a line of a traceback for a line of an emitted module."""
    proto = unit.proto_at(line)
    title = "?" if proto is None else proto.title
    return "%s: in %s" % (unit.place(line), title)


def thread_argument(args: "Sequence[Any]") -> "Any":
    """Return what coroutine.resume is to resume."""
    from moonhop_core.lua import coroutines

    return coroutines.thread_argument(args[0] if args else None, "resume")


def no_provider(names: "Sequence[str] | None") -> None:
    """Provide nothing: there is no host."""


def no_operations(name: str, args: "list[Any]") -> "Any":
    """What a machine without a host does."""
    raise LuaError("'%s' is not available here" % name, 1)
