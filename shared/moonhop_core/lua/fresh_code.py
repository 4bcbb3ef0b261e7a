"""Machine code that makes a string of bytes, by writing over what says of what type an object is.

It is compiled when this is loaded, and it is tried out before it is used: first whether objects
look as they are thought to, then whether what comes out are strings. See fresh.py.
"""

from builtins import Exception, bytes, id, len, range, str, type

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

# The type is written in two halves: small boards have no plain constants of 32 bits.
VIPER = """
import micropython
from builtins import id, len
@micropython.viper
def word(data) -> int:
    return ptr32(id(data))[0]
@micropython.viper
def retype(data):
    high = %d
    ptr32(id(data))[0] = (high << 16) | %d
    return data
@micropython.viper
def cat(a, b):
    head = a.encode()
    data = head + b
    if data is head:
        return a
    high = %d
    ptr32(id(data))[0] = (high << 16) | %d
    return data
@micropython.viper
def piece(data, start, end):
    data = data[start:end]
    at = int(len(data))
    if at == 0:
        return ""
    p = ptr8(data)
    while at:
        at -= 1
        if p[at] > 127:
            return data
    high = %d
    ptr32(id(data))[0] = (high << 16) | %d
    return data
"""
LEAST = 512 << 10  # bytes of heap: this takes 6 kB, which a small board lacks


def compiled() -> "dict[str, Any]":
    """Return the functions of VIPER, or none if they do not work here."""
    names: "dict[str, Any]" = {}
    kind = id(str)
    if kind >> 32 != id(bytes) >> 32:
        return {}
    word = ((kind >> 16) & 0xFFFF, kind & 0xFFFF)
    try:
        exec(VIPER % (word * 3), names)
        for data in (bytes((109, 111, 111)), bytes(range(80))):
            if (names["word"](data) ^ id(bytes)) & 0xFFFFFFFF:
                return {}  # `id` is no address here, or the type does not come first
        made = names["retype"](bytes((109, 111, 111)))
        parts = (made, names["cat"](made, "ns"), names["piece"](b"hop", 1, 9))
    except Exception:  # the port makes no machine code, or has no compiler
        return {}
    known = {"moo": 0, "moons": 1, "op": 2}
    for at in (0, 1, 2):
        part = parts[at]
        if type(part) is not str or len(part) != (3, 5, 2)[at]:
            return {}
        if known.get(part) != at or part != ("moo", "moons", "op")[at]:
            return {}
    return names
