"""How much of C's stack is used, on MicroPython, and how much may be."""

import sys
from builtins import RuntimeError, max

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable

# Python functions that there has to be room for where a Lua function enters (the trampoline, what
# it calls), and where the host does something for the program.
CALLS = 24
HOST = 12
# … and bytes besides: an import has names of files on the stack, which the unix port has 4 kB for.
NAMES = 8 << 10 if sys.platform == "linux" else 512


def nothing() -> int:
    """Return how much of the stack is used where nobody knows."""
    return 0


use: "Callable[[], int]" = nothing  # tells how many bytes of C's stack are used
try:
    from micropython import stack_use as use  # type: ignore[import-not-found,no-redef,unused-ignore]
except ImportError:  # this Python does not tell
    pass

_limits: "list[int]" = []  # how much may be used where a function enters, and an operation


def limit() -> int:
    """Return how many bytes of the stack may be used where a function enters, so that there is
    room for CALLS and NAMES. All Lua of an OS process runs on one thread, so it is found out
    once."""
    if not _limits:
        found = [1 << 29, 1 << 29]
        if use is not nothing:
            try:
                reach(found)
            except RuntimeError:
                pass
        end = found[0]
        call = end - found[1]
        _limits.append(max(end - CALLS * call - NAMES, end // 4))
        _limits.append(max(end - HOST * call - NAMES, end // 2))
    return _limits[0]


def crowded() -> bool:
    """Tell whether there is no room for what the host does: the stack must not end there, amid
    the worker's own business."""
    limit()
    return use() > _limits[1]


def reach(found: "list[int]") -> None:
    """Go to the end of the stack: RuntimeError. found: what was used there, and a call before."""
    found[1] = found[0]
    found[0] = use()
    reach(found)
