"""`& | ~ << >>` with all their rules."""

from moonhop_core.lua.arithmetic import MOST, to_integer
from moonhop_core.lua.comparison import is_number
from moonhop_core.lua.errors import OPERATOR, LuaError
from moonhop_core.lua.metamethods import check_handler, metamethod, trouble
from moonhop_core.lua.values import first

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


def whole(value: "Any") -> "int | None":
    """Return a number as an integer if it has the value of one; a string never has."""
    return None if type(value) is str else to_integer(value)


def bit_operand(event: str, op: str, a: "Any", b: "Any") -> "Any":
    """Do a bit operation on something else than integers: metamethod, or raise. Strings are not
    converted: PUC Lua's string library has metamethods for arithmetic alone."""
    handler = metamethod(a, event)
    if handler is None:
        handler = metamethod(b, event)
    if handler is not None:
        try:
            return first(handler.c2(a, b))
        except AttributeError as inside:
            check_handler(handler, event)
            raise inside
    if is_number(a) and is_number(b):
        error = LuaError("number has no integer representation", OPERATOR)
        error.about = ("arith", op, "right" if whole(a) is not None else "left")
        raise error
    if is_number(a):
        raise trouble("perform bitwise operation on", b, ("arith", op, "right"))
    raise trouble("perform bitwise operation on", a, ("arith", op, "left"))


def band(a: "Any", b: "Any") -> "Any":
    """a & b"""
    x = whole(a)
    y = whole(b)
    if x is None or y is None:
        return bit_operand("__band", "&", a, b)
    return x & y


def bor(a: "Any", b: "Any") -> "Any":
    """a | b"""
    x = whole(a)
    y = whole(b)
    if x is None or y is None:
        return bit_operand("__bor", "|", a, b)
    return x | y


def bxor(a: "Any", b: "Any") -> "Any":
    """a ~ b"""
    x = whole(a)
    y = whole(b)
    if x is None or y is None:
        return bit_operand("__bxor", "~", a, b)
    return x ^ y


def shifted(x: int, by: int) -> int:
    """Shift left (right if `by` is negative), filling with zeros."""
    if by <= -64 or by >= 64:
        return 0
    x &= 0xFFFFFFFFFFFFFFFF
    x = (x << by) & 0xFFFFFFFFFFFFFFFF if by >= 0 else x >> -by
    return x - 0x10000000000000000 if x > MOST else x


def shl(a: "Any", b: "Any") -> "Any":
    """a << b"""
    x = whole(a)
    y = whole(b)
    if x is None or y is None:
        return bit_operand("__shl", "<<", a, b)
    return shifted(x, y)


def shr(a: "Any", b: "Any") -> "Any":
    """a >> b"""
    x = whole(a)
    y = whole(b)
    if x is None or y is None:
        return bit_operand("__shr", ">>", a, b)
    return shifted(x, -y)


def bnot(a: "Any") -> "Any":
    """~a"""
    x = whole(a)
    if x is None:
        return bit_operand("__bnot", "~", a, a)
    return ~x
