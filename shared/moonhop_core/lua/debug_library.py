"""The library `debug`: `traceback` alone (manual 6.10). It lists Lua functions, not builtins.

CPython tells what Python's own stack holds. MicroPython does not: there, direct functions are only
known to the traceback of an error, which is what a message handler is called for.
"""

import sys

from moonhop_core.lua.arguments import optional_integer
from moonhop_core.lua.values import Coroutine, basic_text

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

MOST = 21  # lines
FIRST = 10  # of them, before those that are skipped


def functions(machine: "Any") -> "dict[str, tuple[Callable[..., Any], int]]":
    """Return the library's functions for a machine, by dotted name."""

    def traceback(*args: "Any") -> "Any":
        of = None
        if args and type(args[0]) is Coroutine:
            of = args[0]
            args = args[1:]
        message = args[0] if args else None
        here = of is None or of is machine.current
        level = optional_integer(
            args[1] if len(args) > 1 else None, 2, "traceback", 1 if here else 0
        )
        if type(message) in (int, float):
            message = basic_text(message)
        elif message is not None and type(message) is not str:
            return message
        if here or of is None:
            lines = running_lines(machine)[max(level - 1, 0) :]
        else:
            lines = stack_lines(of.stack, False)[level:]
        if len(lines) > MOST:
            skipped = "...\t(skipping %d levels)" % (len(lines) - MOST)
            lines = lines[:FIRST] + [skipped] + lines[FIRST - MOST :]
        lines.insert(0, "stack traceback:")
        text = "\n\t".join(lines)
        return text if message is None else message + "\n" + text

    return {"debug.traceback": (traceback, -1)}


def stack_lines(stack: "Sequence[Any]", stepping: bool) -> "list[str]":
    """Return a line for each frame of a coroutine, innermost first, but not for one whose step
    runs: Python's stack has it."""
    lines = []
    for at in range(len(stack) - (2 if stepping else 1), -1, -1):
        frame = stack[at]
        if type(frame[0]) is not str:
            proto = frame[0].proto
            line = proto.lines[frame[1]] or "?"  # unknown to a step that runs
            lines.append("%s:%s: in %s" % (proto.unit.name, line, proto.title))
    return lines


def running_lines(machine: "Any") -> "list[str]":
    """Return a line for each Lua function that is active in the running coroutine."""
    if not hasattr(sys, "_getframe"):
        lines = list(machine.handling.traceback or ()) if machine.handling is not None else []
        if machine.current is not None:
            lines.extend(stack_lines(machine.current.stack, False))
        return lines
    from moonhop_core.lua.faults import trace_line

    lines = []
    frame: "Any" = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<lua "):
            lines.append(trace_line(machine.units[int(file[5:-1])], frame.f_lineno))
        elif file.endswith("unwinding.py") and frame.f_code.co_name == "handle":
            lines.extend(frame.f_locals["error"].traceback or ())
        elif file.endswith("trampoline.py") and frame.f_code.co_name == "run":
            held = frame.f_locals
            lines.extend(stack_lines(held["stack"], held["stepping"]))
            if held["co"].alias is None:
                break
        frame = frame.f_back
    return lines
