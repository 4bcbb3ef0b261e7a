"""`+ - * / % // ^` with all their rules: coercions, wrap-around, metamethods, errors."""

import math
from builtins import float, int, str, type

from moonhop_core.lang.numbers import parse_number
from moonhop_core.lua.comparison import is_number
from moonhop_core.lua.errors import OPERATOR, LuaError
from moonhop_core.lua.metamethods import check_handler, metamethod, trouble
from moonhop_core.lua.values import first, type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

LEAST = -0x8000000000000000

MOST = 0x7FFFFFFFFFFFFFFF


def wrap(value: "Any") -> "Any":
    """Bring the result of `+ - * <<` back into 64 bits; floats pass. Anything else: TypeError."""
    if type(value) is int:
        if LEAST <= value <= MOST:
            return value
        value &= 0xFFFFFFFFFFFFFFFF
        return value - 0x10000000000000000 if value > MOST else value
    if type(value) is float:
        return value
    raise TypeError


def to_number(value: "Any") -> "Any":
    """Return an operand of arithmetic as a number (strings are converted), or None."""
    kind = type(value)
    if kind is int or kind is float:
        return value
    if kind is str:
        return parse_number(value)
    return None


def to_integer(value: "Any") -> "int | None":
    """Return a number, or a string that spells one, as an integer if it has the value of one."""
    if type(value) is str:
        value = parse_number(value)
    if type(value) is int:
        return value
    if type(value) is float and -9.3e18 < value < 9.3e18:
        whole = int(value)
        if whole == value and LEAST <= whole <= MOST:
            return whole
    return None


def arith_failed(event: str, op: str, a: "Any", b: "Any") -> "Any":
    """Do arithmetic by metamethod, or raise."""
    handler = metamethod(a, event)
    if handler is None:
        handler = metamethod(b, event)
    if handler is not None:
        try:
            return first(handler.c2(a, b))
        except AttributeError as error:
            check_handler(handler, event)
            raise error
    if type(a) is str or type(b) is str:
        kinds = (event[2:], type_name(a), type_name(b))
        raise LuaError("attempt to %s a '%s' with a '%s'" % kinds, OPERATOR)
    if is_number(a):
        raise trouble("perform arithmetic on", b, ("arith", op, "right"))
    raise trouble("perform arithmetic on", a, ("arith", op, "left"))


def add(a: "Any", b: "Any") -> "Any":
    """a + b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__add", "+", a, b)
    return wrap(x + y)


def sub(a: "Any", b: "Any") -> "Any":
    """a - b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__sub", "-", a, b)
    return wrap(x - y)


def mul(a: "Any", b: "Any") -> "Any":
    """a * b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__mul", "*", a, b)
    return wrap(x * y)


def div(a: "Any", b: "Any") -> "Any":
    """a / b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__div", "/", a, b)
    return float_div(float(x), float(y))


def float_div(x: float, y: float) -> float:
    """Divide as IEEE 754 says, zeros included."""
    if y != 0:
        return x / y
    if x != x:
        return x
    if x == 0:
        return -math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def mod(a: "Any", b: "Any") -> "Any":
    """a % b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__mod", "%", a, b)
    if type(x) is int and type(y) is int:
        if y == 0:
            raise LuaError("attempt to perform 'n%%0'" % (), OPERATOR)
        return x % y
    x = float(x)
    y = float(y)
    if y == 0 or x - x != 0 or y != y:
        return math.nan if x == x or y != y else x
    rest = math.fmod(x, y)
    if (y < 0) if rest > 0 else (rest < 0 < y):
        rest += y
    return rest


def idiv(a: "Any", b: "Any") -> "Any":
    """a // b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__idiv", "//", a, b)
    if type(x) is int and type(y) is int:
        if y == 0:
            raise LuaError("attempt to divide by zero", OPERATOR)
        return wrap(x // y)
    value = float_div(float(x), float(y))
    if value - value != 0:
        return value
    return float_floor(value)


def float_floor(value: float) -> float:
    """Round down to a float, keeping -0.0."""
    if -4503599627370496.0 < value < 4503599627370496.0:  # beyond, there are no fractions
        whole = math.floor(value)
        return float(whole) if whole else math.copysign(0.0, value)
    return value


def pow_(a: "Any", b: "Any") -> "Any":
    """a ^ b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return arith_failed("__pow", "^", a, b)
    return float_pow(float(x), float(y))


def float_pow(x: float, y: float) -> float:
    """Raise to a power as PUC Lua does: by C's pow, which raises no exceptions, but for squares."""
    if y == 2:
        return x * x
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError, ZeroDivisionError):
        # which of them says what differs between the Pythons
        odd = math.fmod(y, 2.0) in (1.0, -1.0)
        if x == 0:
            return math.copysign(math.inf, x) if odd else math.inf
        if x < 0 and y != float_floor(y):
            return -math.nan
        return -math.inf if x < 0 and odd else math.inf


def unm(a: "Any") -> "Any":
    """-a"""
    x = to_number(a)
    if x is None:
        return arith_failed("__unm", "-", a, a)
    return wrap(-x)
