"""New strings, made without MicroPython's search for each among all the names that it knows.

MicroPython looks for every new `str` among the interned names, one after the other: a thousand of
them take a microsecond on a desktop, and many more on a board. New `bytes` are not looked for, and
differ from a `str` in nothing but their first word, which says of what type they are; so bytes are
made, and that word is written over, by machine code (fresh_code.py). Where there is none, and where
memory is short, strings are made in the ordinary way, as on CPython.
"""

from builtins import bytes, len, str

from moonhop_core.lua.heap import spacious

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FORMATS = [b"%s" * count for count in range(9)]  # for that many strings


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
made: "dict[str, Any]" = {}
if spacious():
    from moonhop_core.lua.fresh_code import compiled

    made = compiled()
ADDS = not made
retype: "Any" = made.get("retype")
cat: "Any" = made.get("cat")
piece: "Callable[[bytes, int, int], Any]" = made.get("piece") or sliced
join: "Callable[[tuple[str, ...]], str]" = "".join if ADDS else joined
numeral: "Callable[[int], str]" = str if ADDS else printed
