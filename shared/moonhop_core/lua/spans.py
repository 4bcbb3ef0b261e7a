"""How far the bytes of a class go: the innermost loops of matching, quick on each Python.

A class is a table of 256 bytes, 1 for each byte that belongs to it. On MicroPython the loops are
machine code where it can make some, on CPython they are done by bytes.translate.
"""

import sys

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

WINDOW = 48

# `extent` goes on while the bytes belong to the class, `reach` until one does.
VIPER = """
import micropython
@micropython.viper
def extent(b: ptr8, at: int, end: int, table: ptr8) -> int:
    while at < end and table[b[at]]:
        at += 1
    return at
@micropython.viper
def reach(b: ptr8, at: int, end: int, table: ptr8) -> int:
    while at < end and not table[b[at]]:
        at += 1
    return at
"""


def plain_extent(b: bytes, at: int, end: int, table: bytes) -> int:
    """Return the first place in b[at:end] whose byte is not in the class, or `end`."""
    while at < end and table[b[at]]:
        at += 1
    return at


def plain_reach(b: bytes, at: int, end: int, table: bytes) -> int:
    """Return the first place in b[at:end] whose byte is in the class, or `end`."""
    while at < end and not table[b[at]]:
        at += 1
    return at


def translated_extent(b: bytes, at: int, end: int, table: bytes) -> int:
    """The same as plain_extent; `end` is the end of b."""
    window = WINDOW
    while at < end:
        found = b[at : at + window].translate(table).find(0)
        if found >= 0:
            return at + found
        at += window
        window *= 4
    return end


def translated_reach(b: bytes, at: int, end: int, table: bytes) -> int:
    """The same as plain_reach; `end` is the end of b."""
    window = WINDOW
    while at < end:
        found = b[at : at + window].translate(table).find(1)
        if found >= 0:
            return at + found
        at += window
        window *= 4
    return end


def compiled_pair() -> "Any":
    """Return extent and reach as machine code, or as Python where there is none."""
    scope: "dict[str, Any]" = {}
    try:
        exec(VIPER, scope)
        return scope["extent"], scope["reach"]
    except Exception:  # the port makes no machine code, or has no compiler
        return plain_extent, plain_reach


extent: "Callable[[bytes, int, int, bytes], int]"
reach: "Callable[[bytes, int, int, bytes], int]"
if sys.implementation.name == "cpython":
    extent, reach = translated_extent, translated_reach
else:
    extent, reach = compiled_pair()
