"""New strings, made without MicroPython's search for each among all the names that it knows.

MicroPython looks for every new `str` among the interned names, one after the other: a thousand of
them take a microsecond on a desktop, and many more on a board. New `bytes` are not looked for, and
differ from a `str` in nothing but their first word, which says of what type they are; so bytes are
made, and that word is written over. This takes machine code, for which there is a text here that
is compiled when this is loaded, and it is tried out before it is used: where there is no such code,
or objects look different, strings are made in the ordinary way, as on CPython.
"""

import gc
from builtins import Exception, bytes, id, len, str, type
from sys import implementation

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
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
FORMATS = [b"%s" * count for count in range(9)]  # for that many strings


def compiled() -> "dict[str, Any]":
    """Return the functions of VIPER, or none if they do not work here."""
    names: "dict[str, Any]" = {}
    kind = id(str)
    if kind >> 32 != id(bytes) >> 32 or gc.mem_free() + gc.mem_alloc() < LEAST:  # type: ignore[attr-defined]
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


def joined(parts: "tuple[str, ...]") -> str:
    """Return two or more strings as one."""
    if len(parts) > 8:
        return "".join(parts)
    text: str = retype(FORMATS[len(parts)] % parts)
    return text


def printed(value: int) -> str:
    """Return an integer as a string."""
    text: str = retype(b"%d" % value)
    return text


def sliced(data: bytes, start: int, end: int) -> "str | bytes":
    """Return data[start:end], as a str if that is worth it."""
    return data[start:end]


# ADDS     a + b of two strings is as quick as can be; else `cat(a, b)` is
# retype   a str of new bytes, which are UTF-8 and to which nothing else refers; None: it cannot be
# piece    data[start:end] of bytes, as a str if it is ASCII and this is the quick way
# join     several strings as one, of a tuple
# numeral  an integer in decimal
made = {} if implementation.name == "cpython" else compiled()
ADDS = not made
retype: "Any" = made.get("retype")
cat: "Any" = made.get("cat")
piece: "Callable[[bytes, int, int], Any]" = made.get("piece") or sliced
join: "Callable[[tuple[str, ...]], str]" = "".join if ADDS else joined
numeral: "Callable[[int], str]" = str if ADDS else printed
