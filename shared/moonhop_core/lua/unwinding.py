"""How frames leave a coroutine's stack before they end: what they hold open is closed, and a marker
of pcall or xpcall catches."""

from builtins import MemoryError, len, range, type

from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.metamethods import call
from moonhop_core.lua.support import close_value
from moonhop_core.lua.values import FALSE, Coroutine, first

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.lua.machine import Machine


def unwind(machine: "Machine", co: Coroutine, error: LuaError, listed: bool) -> "Any":
    """Take frames off the stack down to a marker that catches; gives the value to deliver
    there, or None if nothing catches (then `co.error` is the error). listed: the traceback has
    the top frame already."""
    stack = co.stack
    at = len(stack) - 1
    while at >= 0 and stack[at][0] not in ("pcall", "xpcall"):
        top = stack[at]
        if type(top[0]) is not str and error.lengthens and not listed:
            try:
                from moonhop_core.lua.faults import note_frame

                note_frame(error, top)
            except MemoryError:
                error.lengthens = False
        listed = False
        at -= 1
    if at < 0 and co.alias is None:
        # A coroutine that dies keeps what it holds open until it is closed (manual 3.3.8).
        co.error = error
        return None
    while len(stack) > at + 1:
        top = stack.pop()
        if type(top[0]) is not str and top[2]:
            error = close_frame(machine, top, error) or error
    if at < 0:
        co.error = error
        return None
    marker = stack.pop()
    if marker[0] == "pcall":
        return FALSE, error.value
    return handle(machine, marker[1], error)


MOST_HANDLED = 10  # errors of a message handler, each in handling the one before


def handle(machine: "Machine", handler: "Any", error: LuaError) -> "Any":
    """Call xpcall's message handler; gives what xpcall returns."""
    before = machine.handling
    try:
        for _ in range(MOST_HANDLED):
            machine.handling = error
            try:
                return FALSE, first(call(handler, (error.value,)))
            except Exception as raised:
                error = machine.settle(raised)  # the handler's own error is handled, too
    finally:
        machine.handling = before
    return FALSE, "error in error handling"


def close_frame(
    machine: "Machine", frame: "list[Any]", error: "LuaError | None"
) -> "LuaError | None":
    """Close what a frame holds open, newest first; an error in one goes to the next, and the
    last one is returned."""
    closers = frame[2]
    while closers:
        value = closers.pop()
        if value is not None:
            try:
                close_value(value, None if error is None else error.value)
            except Exception as raised:
                error = machine.settle(raised)
    return error


def close_stack(machine: "Machine", co: Coroutine, error: "LuaError | None") -> "LuaError | None":
    """Drop a coroutine's stack, closing what it holds open; gives the last error."""
    stack = co.stack
    while stack:
        top = stack.pop()
        if type(top[0]) is str:
            if top[0] in ("resume", "wrap"):
                close_stack(machine, top[1], None)
                top[1].status = "dead"
        elif top[2]:
            error = close_frame(machine, top, error)
    co.function = None
    return error
