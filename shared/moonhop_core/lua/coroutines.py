"""The library `coroutine` (manual 6.2) for calls from direct code.

The machine's trampoline does the same for frame-form code, without nesting.
"""

from builtins import isinstance, type

from moonhop_core.lua.errors import MISSING, NO_MEMORY, LuaError, type_error
from moonhop_core.lua.functions import Bound, Function
from moonhop_core.lua.trampoline import refusal
from moonhop_core.lua.unwinding import close_stack
from moonhop_core.lua.values import FALSE, TRUE, Coroutine, Table, as_tuple, lua_bool

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def thread_argument(value: "Any", function: str) -> Coroutine:
    """Return argument 1, a coroutine."""
    if type(value) is Coroutine:
        return value
    raise type_error(1, function, "thread", value)


def create(function: "Any", caller: str = "create") -> Coroutine:
    """coroutine.create(f)"""
    if not isinstance(function, Function):
        raise type_error(1, caller, "function", function)
    return Coroutine(function)


def functions(machine: "Any") -> "dict[str, tuple[Callable[..., Any], int]]":
    """Return the library's functions for a machine, by dotted name."""

    def resume(*args: "Any") -> "Any":
        co = thread_argument(args[0] if args else MISSING, "resume")
        try:
            return (TRUE,) + as_tuple(machine.resume_direct(co, args[1:]))
        except LuaError as error:
            return FALSE, error.value

    def wrap(function: "Any") -> "Any":
        co = create(function, "wrap")
        return Bound("coroutine.wrap.next", Table({1: co}), wrap_next)

    def wrap_next(state: Table, *args: "Any") -> "Any":
        why = refusal(state.h[1])
        if why:
            raise LuaError(why, 1)
        try:
            return machine.resume_direct(state.h[1], args)
        except LuaError as error:
            failed = close_stack(machine, state.h[1], error) or error
            if type(failed.value) is not str or failed.value == NO_MEMORY:
                raise failed
            raise LuaError(failed.value, 1, failed.traceback)  # the caller's position comes first

    def yield_(*args: "Any") -> "Any":
        raise machine.cannot_suspend("coroutine.yield")

    def status(co: "Any") -> str:
        return thread_argument(co, "status").status

    def running() -> "Any":
        co = machine.current
        return co, lua_bool(machine.is_task(co))

    def isyieldable(*args: "Any") -> "Any":
        if not args:
            return lua_bool(not machine.is_task(machine.current))
        co = thread_argument(args[0], "isyieldable")
        task = machine.current
        while task is not None and task.parent is not None:
            task = task.parent
        return lua_bool(co is not task)

    def close(co: "Any") -> "Any":
        co = thread_argument(co, "close")
        if co.status not in ("suspended", "dead"):
            raise LuaError("cannot close a %s coroutine" % co.status, 1)
        co.status = "running"  # for what a closing value does to it meanwhile
        error = close_stack(machine, co, co.error)
        co.error = None
        co.status = "dead"
        if error is not None:
            return FALSE, error.value
        return TRUE

    return {
        "coroutine.create": (create, 1),
        "coroutine.resume": (resume, -1),
        "coroutine.wrap": (wrap, 1),
        "coroutine.wrap.next": (wrap_next, -1),
        "coroutine.yield": (yield_, -1),
        "coroutine.status": (status, 1),
        "coroutine.running": (running, 0),
        "coroutine.isyieldable": (isyieldable, -1),
        "coroutine.close": (close, 1),
    }
