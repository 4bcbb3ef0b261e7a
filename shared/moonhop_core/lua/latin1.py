"""Strings of code points 0..255 as bytes and back, and slices of them, each the quickest way.

MicroPython keeps text as UTF-8: reaching its n-th character takes time in proportion to n, and
there is no latin-1. Library code that walks through a string therefore walks over its bytes.
"""

from builtins import UnicodeError, bytes, chr, len, map, ord, str, type

from moonhop_core.lua.fresh import piece

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable


# The last long text and its bytes, a pair: programs that scan a text call the library once a word.
recent: "list[tuple[str, bytes]]" = [("", b"")]

characters: "dict[int, str]" = {}  # code -> string, of those that `character` made


def character(code: int) -> str:
    """Return a string of one character. On MicroPython a new string is dear, even such a one."""
    if code in characters:
        return characters[code]
    text = characters[code] = chr(code)
    return text


def cpython_to_bytes(text: str) -> bytes:
    """Return a string's bytes."""
    if len(text) < 500:
        return text.encode("latin-1")
    seen, data = recent[0]  # one read: threads may be here at the same time
    if seen is text:
        return data
    data = text.encode("latin-1")
    recent[0] = (text, data)
    return data


def cpython_from_bytes(data: "bytes | bytearray") -> str:
    """Return bytes as a string."""
    return data.decode("latin-1")


def cpython_cut(text: str, data: bytes, start: int, end: int) -> str:
    """Return text[start:end]; `data` is the same text as bytes."""
    return text[start:end]


def utf8_to_bytes(text: str) -> bytes:
    """Return a string's bytes where text is kept as UTF-8."""
    seen, data = recent[0]
    if seen is text:
        return data
    data = text.encode()  # shares the text's memory
    if len(data) != len(text):
        data = bytes(map(ord, text))
    if len(data) > 100:
        recent[0] = (text, data)
    return data


def utf8_from_bytes(data: "bytes | bytearray") -> str:
    """Return bytes as a string where text is kept as UTF-8."""
    try:
        text = data.decode()
        if len(text) == len(data):  # nothing but ASCII
            return text
    except UnicodeError:
        pass
    return "".join(map(chr, data))


def utf8_cut(text: str, data: bytes, start: int, end: int) -> str:
    """Return text[start:end]; `data` is the same text as bytes."""
    if end - start == 1 and start < len(data):
        return character(data[start])
    found = piece(data, start, end)
    return found if type(found) is str else utf8_from_bytes(found)


def has_latin1() -> bool:
    """Tell whether this Python converts latin-1 itself."""
    try:
        return "\xff".encode("latin-1") == b"\xff"
    except (LookupError, TypeError, ValueError):
        return False


to_bytes: "Callable[[str], bytes]"
from_bytes: "Callable[[bytes | bytearray], str]"
cut: "Callable[[str, bytes, int, int], str]"
INDEXED = has_latin1()  # reaching the n-th character takes no time
if INDEXED:
    to_bytes, from_bytes, cut = cpython_to_bytes, cpython_from_bytes, cpython_cut
else:
    to_bytes, from_bytes, cut = utf8_to_bytes, utf8_from_bytes, utf8_cut
