"""Recursion that C's stack has no room for goes on in frame form, where a call takes heap instead.

On MicroPython functions that can recurse have a second prototype, their deep form
(lang/recursion.py). A direct one that finds the stack nearly used up (stack.py) runs its deep form
in a nested trampoline (`deepen`), and while that runs the trampoline takes the deep form of all
that have one. Loaded with the first program that can recurse.
"""

from builtins import MemoryError, bytearray, type

from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.stack import limit, use  # noqa: F401 - emitted code has them from here
from moonhop_core.lua.support import new
from moonhop_core.lua.trampoline import MOST_FRAMES, SEGMENT
from moonhop_core.lua.values import Coroutine

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SPARE = 4000  # bytes in one piece: amid thousands of frames there is none left to tell an error


def deepen(proto: "Any", cells: "tuple[Any, ...]", args: "Sequence[Any]") -> "Any":
    """Call a direct function in its deep form; gives its results."""
    machine = proto.machine
    before = machine.deep
    if machine.spare is None:
        try:
            machine.spare = bytearray(SPARE)
        except MemoryError:
            pass
    machine.deep = True
    try:
        return machine.nested(new(proto.unit.deep(proto.number), cells), args)
    finally:
        machine.deep = before


def deep_function(function: "Any") -> "Any":
    """Return the deep form of a function that has one, or is one."""
    found = function.deep
    if found is None:
        proto = function.proto
        if proto.frame:
            return function
        found = function.deep = new(proto.unit.deep(proto.number), function.cells)
    return found


def overflow(stack: "list[Any]") -> LuaError:
    """Return the error of a stack that is full, its place found without much memory."""
    top = stack[-1]
    if top[0] == "under":
        top = top[1]
    message = "stack overflow"
    if type(top[0]) is not str:
        proto = top[0].proto
        message = "%s:%d: %s" % (proto.file, proto.lines[top[1]], message)
    return LuaError(message, 0, [])


def on_top(co: Coroutine) -> Coroutine:
    """Go on with an empty list of frames on top of a full one. A long list would have to be in one
    piece, and between frames, when what came with each is garbage, holes of 200 bytes are left."""
    if co.below >= MOST_FRAMES // SEGMENT:
        raise overflow(co.stack)
    to = Coroutine(None)
    to.alias = co.alias or co
    to.parent = co
    to.below = co.below + 1
    to.stack.append(["under", co.stack[-1]])
    co.stack.append(["more", to])
    return to
