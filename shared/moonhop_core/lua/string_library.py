"""The library `string` (manual 6.4), except what is in string_matching, format and packing."""

from builtins import chr, int, len, list, max, ord, range, str, type

from moonhop_core.lua.arguments import integer_argument, optional_integer, text_argument
from moonhop_core.lua.errors import MISSING, LuaError, argument_error
from moonhop_core.lua.latin1 import to_bytes
from moonhop_core.lua.values import results

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# The longest string that `rep` makes, in bytes; a process may lower it.
LONGEST = 1 << 30


def byte(s: "Any", i: "Any" = None, j: "Any" = None) -> "Any":
    """string.byte(s [, i [, j]])"""
    if type(s) is str and j is None:
        if type(i) is int and i > 0:
            try:
                return ord(s[i - 1])
            except IndexError:
                return ()
        if i is None:
            return ord(s[0]) if s else ()
    s = text_argument(s, 1, "byte")
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


def dump(*_: "Any") -> None:
    """string.dump: there are no binary chunks."""
    raise LuaError("unable to dump given function", 1)


def length(s: "Any") -> int:
    """string.len(s)"""
    return len(s if type(s) is str else text_argument(s, 1, "len"))


def sub(s: "Any", i: "Any" = None, j: "Any" = None) -> str:
    """string.sub(s, i [, j])"""
    if type(s) is not str:
        s = text_argument(s, 1, "sub")
    if type(i) is not int:
        i = integer_argument(i, 2, "sub")
    if j is None:
        j = -1
    elif type(j) is not int:
        j = integer_argument(j, 3, "sub")
    text: str = s
    if i > 0:
        if j > 0:
            return text[i - 1 : j] if i <= j else ""
        if j == -1:
            return text[i - 1 :]
    elif i < 0 and j == -1:
        return text[i:]
    size = len(text)
    if i < 0:
        i = max(size + i + 1, 1)
    elif i == 0:
        i = 1
    if j < 0:
        j = size + j + 1
    return text[i - 1 : j] if i <= j else ""


def upper(s: "Any") -> str:
    """string.upper(s): ASCII letters only, as in the C locale"""
    return changed(text_argument(s, 1, "upper"), True)


def lower(s: "Any") -> str:
    """string.lower(s)"""
    return changed(text_argument(s, 1, "lower"), False)


def changed(text: str, to_upper: bool) -> str:
    """Change the case of ASCII letters; both Pythons agree on those, not on the others."""
    for char in text:
        if char > "\x7f":
            break
    else:
        return text.upper() if to_upper else text.lower()
    return "".join([c if c > "\x7f" else (c.upper() if to_upper else c.lower()) for c in text])


def reverse(s: "Any") -> str:
    """string.reverse(s)"""
    return "".join(list(text_argument(s, 1, "reverse"))[::-1])


def rep(s: "Any" = MISSING, n: "Any" = MISSING, sep: "Any" = None, *_: "Any") -> str:
    """string.rep(s, n [, sep])"""
    text = text_argument(s, 1, "rep")
    times = integer_argument(n, 2, "rep")
    if times <= 0:
        return ""
    joint = "" if sep is None else text_argument(sep, 3, "rep")
    size = (len(text) + len(joint)) * times
    if size > LONGEST:
        if size > 0x7FFFFFFF:
            raise LuaError("resulting string too large", 1)
        raise LuaError("not enough memory")
    if not size:
        return ""
    return (text + joint) * (times - 1) + text


# Registered name -> callable, number of parameters (-1: any number).
FUNCTIONS: "dict[str, tuple[Callable[..., Any], int]]" = {
    "string.byte": (byte, 3),
    "string.char": (char, -1),
    "string.dump": (dump, -1),
    "string.len": (length, 1),
    "string.lower": (lower, 1),
    "string.rep": (rep, -1),
    "string.reverse": (reverse, 1),
    "string.sub": (sub, 3),
    "string.upper": (upper, 1),
}
