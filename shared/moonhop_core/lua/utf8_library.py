"""The library `utf8` (manual 6.5)."""

from builtins import bytearray, bytes, len, ord, range

from moonhop_core.lua.arguments import integer_argument, optional_integer, text_argument
from moonhop_core.lua.errors import LuaError, argument_error
from moonhop_core.lua.functions import builtin
from moonhop_core.lua.latin1 import from_bytes, to_bytes
from moonhop_core.lua.values import results, truthy

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LIMITS = (0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000)  # least code of so many further bytes
INVALID = "invalid UTF-8 code"


def encode(code: int) -> bytes:
    """Return the bytes of a code up to 2**31."""
    if code < 0x80:
        return bytes([code])
    tail: "list[int]" = []
    most = 0x3F
    while code > most:
        tail.append(0x80 | (code & 0x3F))
        code >>= 6
        most >>= 1
    tail.append((~most << 1) & 0xFF | code)
    tail.reverse()
    return bytes(tail)


def decode(b: bytes, at: int, lax: bool) -> "tuple[int, int]":
    """Return the code at an index and where the next one starts; (0, -1) for an invalid one."""
    first = b[at]
    if first < 0x80:
        return first, at + 1
    more = 0
    code = 0
    size = len(b)
    head = first
    while head & 0x40:
        more += 1
        if at + more >= size or b[at + more] & 0xC0 != 0x80:
            return 0, -1
        code = (code << 6) | (b[at + more] & 0x3F)
        head <<= 1
    if not 1 <= more <= 5:
        return 0, -1
    code |= (head & 0x7F) << (more * 5)
    if code > 0x7FFFFFFF or code < LIMITS[more]:
        return 0, -1
    if not lax and (code > 0x10FFFF or 0xD800 <= code <= 0xDFFF):
        return 0, -1
    return code, at + more + 1


def position(at: int, size: int) -> int:
    """Return a position that may count from the end as one from the start."""
    if at >= 0:
        return at
    return 0 if -at > size else size + at + 1


def char(*codes: "Any") -> str:
    """utf8.char(···)"""
    out = bytearray()
    for at in range(len(codes)):
        code = integer_argument(codes[at], at + 1, "char")
        if not 0 <= code <= 0x7FFFFFFF:
            raise argument_error(at + 1, "char", "value out of range")
        out.extend(encode(code))
    return from_bytes(out)


def length(s: "Any", i: "Any" = None, j: "Any" = None, lax: "Any" = None) -> "Any":
    """utf8.len(s [, i [, j [, lax]]])"""
    b = to_bytes(text_argument(s, 1, "len"))
    size = len(b)
    at = position(optional_integer(i, 2, "len", 1), size) - 1
    end = position(optional_integer(j, 3, "len", -1), size) - 1
    if not 0 <= at <= size:
        raise argument_error(2, "len", "initial position out of bounds")
    if end >= size:
        raise argument_error(3, "len", "final position out of bounds")
    count = 0
    loose = truthy(lax)
    while at <= end:
        following = decode(b, at, loose)[1]
        if following < 0:
            return None, at + 1
        at = following
        count += 1
    return count


MAX_RESULTS = 1000000


def codepoint(s: "Any", i: "Any" = None, j: "Any" = None, lax: "Any" = None) -> "Any":
    """utf8.codepoint(s [, i [, j [, lax]]])"""
    b = to_bytes(text_argument(s, 1, "codepoint"))
    size = len(b)
    start = position(optional_integer(i, 2, "codepoint", 1), size)
    end = position(optional_integer(j, 3, "codepoint", start), size)
    if start < 1:
        raise argument_error(2, "codepoint", "out of bounds")
    if end > size:
        raise argument_error(3, "codepoint", "out of bounds")
    if end - start >= MAX_RESULTS:
        raise LuaError("stack overflow (string slice too long)", 1)
    codes = []
    at = start - 1
    loose = truthy(lax)
    while at < end:
        code, at = decode(b, at, loose)
        if at < 0:
            raise LuaError(INVALID, 1)
        codes.append(code)
    return results(codes)


def offset(s: "Any", n: "Any" = None, i: "Any" = None) -> "int | None":
    """utf8.offset(s, n [, i])"""
    b = to_bytes(text_argument(s, 1, "offset"))
    n = integer_argument(n, 2, "offset")
    size = len(b)
    at = position(optional_integer(i, 3, "offset", 1 if n >= 0 else size + 1), size) - 1
    if not 0 <= at <= size:
        raise argument_error(3, "offset", "position out of bounds")

    def continues(at: int) -> bool:
        return at < size and b[at] & 0xC0 == 0x80

    if n == 0:
        while at > 0 and continues(at):
            at -= 1
        return at + 1
    if continues(at):
        raise LuaError("initial position is a continuation byte", 1)
    if n < 0:
        while n < 0 and at > 0:
            at -= 1
            while at > 0 and continues(at):
                at -= 1
            n += 1
    else:
        n -= 1
        while n > 0 and at < size:
            at += 1
            while continues(at):
                at += 1
            n -= 1
    return at + 1 if n == 0 else None


def next_code(s: "Any", i: "Any", lax: bool) -> "Any":
    """Return the position and code after the one at position i, or nothing."""
    b = to_bytes(text_argument(s, 1, "for iterator"))
    size = len(b)
    at = integer_argument(i, 2, "for iterator")
    if at > 0:
        while at < size and b[at] & 0xC0 == 0x80:
            at += 1
    if not 0 <= at < size:
        return ()
    code, after = decode(b, at, lax)
    if after < 0:
        raise LuaError(INVALID, 1)
    return at + 1, code


def codes_next(s: "Any", i: "Any") -> "Any":
    """The iterator of utf8.codes(s)"""
    return next_code(s, i, False)


def codes_next_lax(s: "Any", i: "Any") -> "Any":
    """The iterator of utf8.codes(s, true)"""
    return next_code(s, i, True)


ITERATOR = builtin("utf8.codes.next", codes_next, 2)
ITERATOR_LAX = builtin("utf8.codes.next_lax", codes_next_lax, 2)


def codes(s: "Any", lax: "Any" = None) -> "Any":
    """utf8.codes(s [, lax])"""
    text = text_argument(s, 1, "codes")
    if text and 0x80 <= ord(text[0]) < 0xC0:
        raise argument_error(1, "codes", INVALID)
    return (ITERATOR_LAX if truthy(lax) else ITERATOR), text, 0


# Registered name -> callable, number of parameters (-1: any number).
FUNCTIONS: "dict[str, tuple[Callable[..., Any], int]]" = {
    "utf8.char": (char, -1),
    "utf8.codepoint": (codepoint, 4),
    "utf8.codes": (codes, 2),
    "utf8.codes.next": (codes_next, 2),
    "utf8.codes.next_lax": (codes_next_lax, 2),
    "utf8.len": (length, 4),
    "utf8.offset": (offset, 3),
}
