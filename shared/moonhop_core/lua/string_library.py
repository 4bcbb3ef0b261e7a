"""The library `string` (manual 6.4), except what is in string_matching, format and packing."""

from builtins import chr, int, len, list, max, ord, range, str, type

from moonhop_core.lua.arguments import integer_argument, optional_integer, text_argument
from moonhop_core.lua.errors import MISSING, LuaError, argument_error
from moonhop_core.lua.fresh import piece, retype
from moonhop_core.lua.latin1 import (
    INDEXED,
    character,
    characters,
    cut,
    from_bytes,
    recent,
    to_bytes,
)
from moonhop_core.lua.text import check_length
from moonhop_core.lua.values import results

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


def byte(s: "Any", i: "Any" = None, j: "Any" = None) -> "Any":
    """string.byte(s [, i [, j]])"""
    if type(s) is str and j is None:
        if type(i) is int and i > 0:
            if not INDEXED:
                return byte_of(to_bytes(s), i)
            if i <= len(s):
                return ord(s[i - 1])
            return ()
        if i is None:
            return ord(s[0]) if s else ()
    return bytes_of(text_argument(s, 1, "byte"), i, j)


def byte_of(data: bytes, i: int) -> "Any":
    """Return the byte at i, counted from 1, or no value."""
    return data[i - 1] if i <= len(data) else ()


def bytes_of(s: str, i: "Any", j: "Any") -> "Any":
    """string.byte of any arguments."""
    i = optional_integer(i, 2, "byte", 1)
    j = optional_integer(j, 3, "byte", i)
    size = len(s)
    if i < 0:
        i = max(size + i + 1, 1)
    elif i == 0:
        i = 1
    if j < 0:
        j = size + j + 1
    elif j > size:
        j = size
    if j - i >= MAX_RESULTS:
        raise LuaError("stack overflow (string slice too long)", 1)
    return results(list(to_bytes(s)[i - 1 : j])) if i <= j else ()


def char(*codes: "Any") -> str:
    """string.char(···)"""
    out = []
    for at in range(len(codes)):
        code = codes[at]
        if type(code) is not int:
            code = integer_argument(code, at + 1, "char")
        if not 0 <= code <= 255:
            raise argument_error(at + 1, "char", "value out of range")
        out.append(chr(code))
    return "".join(out)


def char_of(code: "Any") -> str:
    """string.char of one code"""
    if type(code) is int and 0 <= code <= 255:
        return character(code)
    return char(code)


def dump(*_: "Any") -> None:
    """string.dump: there are no binary chunks."""
    raise LuaError("unable to dump given function", 1)


def length(s: "Any") -> int:
    """string.len(s)"""
    return len(s if type(s) is str else text_argument(s, 1, "len"))


def sub(s: "Any", i: "Any" = None, j: "Any" = None) -> str:
    """string.sub(s, i [, j])"""
    if type(i) is int and type(j) is int and 0 < i <= j and type(s) is str:
        return s[i - 1 : j]
    return sub_of(s, i, j)


def sub_utf8(s: "Any", i: "Any" = None, j: "Any" = None) -> str:
    """The same where text is kept as UTF-8."""
    if type(i) is int and type(j) is int and 0 < i <= j and type(s) is str:
        data = recent[0][1] if recent[0][0] is s else to_bytes(s)
        if i != j:
            s = piece(data, i - 1, j)
            return s if type(s) is str else from_bytes(s)
        if i > len(data):
            return ""
        i = data[i - 1]
        return characters[i] if i in characters else character(i)
    return sub_of(s, i, j)


def sub_of(s: "Any", i: "Any", j: "Any") -> str:
    """string.sub of any arguments."""
    text = text_argument(s, 1, "sub")
    i = integer_argument(i, 2, "sub")
    j = optional_integer(j, 3, "sub", -1)
    data = b"" if INDEXED else to_bytes(text)
    size = len(text) if INDEXED else len(data)
    if i < 0:
        i = max(size + i + 1, 1)
    elif i == 0:
        i = 1
    if j < 0:
        j = size + j + 1
    elif j > size:
        j = size
    return cut(text, data, i - 1, j) if i <= j else ""


def upper(s: "Any") -> str:
    """string.upper(s): ASCII letters only, as in the C locale"""
    text = text_argument(s, 1, "upper")
    if not INDEXED:  # MicroPython knows no others
        return text.upper() if retype is None else retype(text.encode().upper()) if text else ""
    return text.upper() if text.isascii() else text.translate(to_upper)


def lower(s: "Any") -> str:
    """string.lower(s)"""
    text = text_argument(s, 1, "lower")
    if not INDEXED:
        return text.lower() if retype is None else retype(text.encode().lower()) if text else ""
    return text.lower() if text.isascii() else text.translate(to_lower)


to_upper = {code: code - 32 for code in range(97, 123)} if INDEXED else {}
to_lower = {code: code + 32 for code in range(65, 91)} if INDEXED else {}


def reverse(s: "Any") -> str:
    """string.reverse(s)"""
    text = text_argument(s, 1, "reverse")
    return text[::-1] if INDEXED else "".join(list(text)[::-1])


def rep(s: "Any" = MISSING, n: "Any" = MISSING, sep: "Any" = None, *_: "Any") -> str:
    """string.rep(s, n [, sep])"""
    text = text_argument(s, 1, "rep")
    times = integer_argument(n, 2, "rep")
    if times <= 0:
        return ""
    joint = "" if sep is None else text_argument(sep, 3, "rep")
    size = (len(text) + len(joint)) * times
    if size > 0x7FFFFFFF:
        raise LuaError("resulting string too large", 1)
    check_length(size)
    if not size:
        return ""
    return (text + joint) * (times - 1) + text


def rep_of(s: "Any", n: "Any") -> str:
    """string.rep(s, n)"""
    if type(s) is str and type(n) is int and 0 < n <= FEW and len(s) < FEW:
        return s * n if retype is None or not s else retype(s.encode() * n)
    return rep(s, n)


FEW = 10000
MAX_RESULTS = 1000000

# Registered name -> callable, number of parameters (-1: any number); see `functions.builtin`.
FUNCTIONS: "dict[str, tuple[Any, ...]]" = {
    "string.byte": (byte, 3),
    "string.char": (char, -1, "c1", char_of),
    "string.dump": (dump, -1),
    "string.len": (length, 1),
    "string.lower": (lower, 1),
    "string.rep": (rep, -1, "c2", rep_of),
    "string.reverse": (reverse, 1),
    "string.sub": (sub if INDEXED else sub_utf8, 3),
    "string.upper": (upper, 1),
}
