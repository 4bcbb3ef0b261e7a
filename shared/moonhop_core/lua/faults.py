"""Lua errors out of Python exceptions: where they come from, which variable is at fault, and the
traceback. Nothing here is needed, nor loaded, until something fails."""

from builtins import isinstance, len, reversed, str, type

from moonhop_core.lua import positions
from moonhop_core.lua.errors import LuaError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from moonhop_core.lua.proto import Unit

TRACEBACK = 22  # lines at most


def settle(
    units: "list[Unit]",
    raised: Exception,
    stack: "Sequence[Any] | None" = None,
    stepping: bool = False,
    called: "Any" = None,
) -> LuaError:
    """Return the Lua error that an exception is, its position and variable looked up.

    stack: frames below what raised it; stepping: the top one of them was running; called: the
    function that raised it if that was called without a name, by pcall for example.
    """
    error = positions.from_python(raised)
    if error is None:
        raise raised
    found, library = positions.places(raised, units)
    held = error.about is not None and error.about[0] in ("held", "missing")
    if held and (library or (not found and positions.python_lines(raised))):
        raise raised  # not by emitted code (native code of MicroPython leaves no places)
    if error.level < 0:
        error.level = 0 if library or (not found and stepping) else 1
    if error.about is not None:
        if error.about[0] == "suspend":
            error.value = suspend_text(error.value, found, stack)
        elif isinstance(error.value, str):
            error.value = positions.named(error.value, error.about, notes_at(found, stack))
        error.about = None
    if library and error.level and isinstance(error.value, str):
        builtins = units[0].machine.builtins
        notes = notes_at(found, stack)
        error.value, direct = positions.for_call(error.value, notes, builtins)
        if not direct:
            error.level = 0
    if called is not None and not found and type(error.value) is str:
        error.value = positions.in_full(error.value, called)
    if error.level and isinstance(error.value, str):
        error.value = position(error.level, found, stack, stepping) + error.value
    error.level = 0
    if error.traceback is None:
        error.traceback = trace(found)
    return error


def interrupted(
    units: "list[Unit]", stack: "list[Any]", raised: BaseException, reason: str
) -> LuaError:
    """Return the error of a turn that was interrupted: `reason`, with the place."""
    found, _ = positions.places(raised, units)
    while found and not found[0][0].lua_line(found[0][1]):
        found.pop(0)  # a frame's step, before it knew where to go on
    while not found and stack and type(stack[-1][0]) is str:
        stack = stack[:-1]
    error = LuaError(position(1, found, stack, False) + reason, 0, trace(found))
    for frame in reversed(stack[:-1] if found else stack):
        if type(frame[0]) is not str:
            note_frame(error, frame)
    return error


def suspend_text(text: str, found: "list[Any]", stack: "Sequence[Any] | None") -> str:
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
    if at < 0:
        return ""
    frame = stack[at]
    if frame[0] == "under":
        frame = frame[1]
    if type(frame[0]) is str:
        return ""
    proto = frame[0].proto
    return "%s:%d: " % (proto.file, proto.lines[frame[1]])


def note_frame(error: LuaError, frame: "list[Any]") -> None:
    """Add a frame to an error's traceback."""
    lines = error.traceback
    if lines is not None and len(lines) < TRACEBACK:
        proto = frame[0].proto
        place = (proto.file, proto.lines[frame[1]], proto.title)
        lines.append("%s:%d: in %s" % place)


def notes_at(found: "list[Any]", stack: "Sequence[Any] | None") -> "list[str]":
    """Return what is noted about the emitted line that an error came from, or about the call
    that the top frame has left its step with."""
    if found:
        unit, line = found[0]
        notes: "list[str]" = unit.about_line(str(line))
        return notes
    if stack and type(stack[-1][0]) is not str:
        proto = stack[-1][0].proto
        deep = "d" if proto.about[4] & 4 else ""
        notes = proto.unit.about_line("%s%d.%d" % (deep, proto.number, stack[-1][1]))
        return notes
    return []


def trace(found: "list[Any]") -> "list[str]":
    """Return the lines of a traceback; of a deep one the ends, as PUC Lua does."""
    if len(found) <= TRACEBACK:
        return [trace_line(unit, line) for unit, line in found]
    half = TRACEBACK // 2
    lines = [trace_line(unit, line) for unit, line in found[:half]]
    lines.append("...\t(skipping %d levels)" % (len(found) - 2 * half))
    return lines + [trace_line(unit, line) for unit, line in found[-half:]]


def trace_line(unit: "Unit", line: int) -> str:
    """Return a line of a traceback for a line of an emitted module."""
    proto = unit.proto_at(line)
    title = "?" if proto is None else proto.title
    return "%s: in %s" % (unit.place(line), title)
