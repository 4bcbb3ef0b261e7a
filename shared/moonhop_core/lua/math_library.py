"""The library `math` (manual 6.7)."""

import math
from builtins import abs, float, int, str, type

from moonhop_core.lang.numbers import parse_number
from moonhop_core.lua.arguments import integer_argument, number_argument
from moonhop_core.lua.arithmetic import to_integer
from moonhop_core.lua.comparison import lt
from moonhop_core.lua.errors import argument_error
from moonhop_core.lua.values import Boolean, lua_bool

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LEAST = -0x8000000000000000
MOST = 0x7FFFFFFFFFFFFFFF
INVALID = -math.nan  # what x86 makes of an invalid operation


def absolute(x: "Any") -> "Any":
    """math.abs(x)"""
    if type(x) is int:
        return x if x == LEAST else abs(x)
    return abs(float(number_argument(x, 1, "abs")))


def ceil(x: "Any") -> "Any":
    """math.ceil(x)"""
    if type(x) is int:
        return x
    return rounded(number_argument(x, 1, "ceil"), math.ceil)


def floor(x: "Any") -> "Any":
    """math.floor(x)"""
    if type(x) is int:
        return x
    if type(x) is float and -9e15 < x < 9e15:
        return int(x // 1)
    return rounded(number_argument(x, 1, "floor"), math.floor)


def rounded(x: "Any", how: "Callable[[float], int]") -> "Any":
    """Round to an integer; floats beyond the integers are whole already."""
    try:
        whole = how(x)
    except (OverflowError, ValueError):  # an infinity or a NaN
        return x
    return whole if LEAST <= whole <= MOST else x


def fmod(x: "Any", y: "Any") -> "Any":
    """math.fmod(x, y): the remainder has the sign of x."""
    if type(x) is int and type(y) is int:
        if y == 0:
            raise argument_error(2, "fmod", "zero")
        rest = abs(x) % abs(y)
        return -rest if x < 0 else rest
    y = float(number_argument(y, 2, "fmod"))  # first, as PUC Lua happens to do
    x = float(number_argument(x, 1, "fmod"))
    if x != x or y != y:
        return x + y
    if y == 0 or x - x != 0:
        return INVALID
    return x if y - y != 0 else math.fmod(x, y)


def modf(x: "Any") -> "tuple[Any, Any]":
    """math.modf(x): the integral part and the fraction"""
    if type(x) is int:
        return x, 0.0
    x = float(number_argument(x, 1, "modf"))
    if x - x != 0:
        return x, (0.0 if x == x else x)
    whole = rounded(x, math.floor if x >= 0 else math.ceil)
    return whole, (x - whole if x != whole else 0.0)


def maximum(*args: "Any") -> "Any":
    """math.max(x, ···): whatever `<` compares, as in PUC Lua"""
    if not args:
        raise argument_error(1, "max", "value expected")
    best = args[0]
    for value in args[1:]:
        try:
            if best < value:
                best = value
        except TypeError:
            if lt(best, value):
                best = value
    return best


def larger(a: "Any", b: "Any") -> "Any":
    """math.max(a, b)"""
    if type(a) is type(b) and (type(a) is int or type(a) is float):
        return b if a < b else a
    return maximum(a, b)


def smaller(a: "Any", b: "Any") -> "Any":
    """math.min(a, b)"""
    if type(a) is type(b) and (type(a) is int or type(a) is float):
        return b if b < a else a
    return minimum(a, b)


def minimum(*args: "Any") -> "Any":
    """math.min(x, ···)"""
    if not args:
        raise argument_error(1, "min", "value expected")
    best = args[0]
    for value in args[1:]:
        try:
            if value < best:
                best = value
        except TypeError:
            if lt(value, best):
                best = value
    return best


def sqrt(x: "Any") -> float:
    """math.sqrt(x)"""
    if type(x) is float and x >= 0:
        return math.sqrt(x)
    x = float(number_argument(x, 1, "sqrt"))
    return math.sqrt(x) if x >= 0 else (x if x != x else INVALID)


def exp(x: "Any") -> float:
    """math.exp(x)"""
    try:
        return math.exp(number_argument(x, 1, "exp"))
    except (OverflowError, ValueError):
        return math.inf


def log(x: "Any", base: "Any" = None) -> float:
    """math.log(x [, base])"""
    x = float(number_argument(x, 1, "log"))
    if base is None:
        return logarithm(math.log, x)
    base = float(number_argument(base, 2, "log"))
    if base == 2.0:
        return logarithm(math.log2, x)
    if base == 10.0:
        return logarithm(math.log10, x)
    top = logarithm(math.log, x)
    bottom = logarithm(math.log, base)
    if bottom == 0:
        return INVALID if top == 0 or top != top else math.copysign(math.inf, top)
    return top / bottom


def logarithm(how: "Callable[[float], float]", x: float) -> float:
    """Return a logarithm, of numbers that have none as well."""
    if x > 0:
        return how(x) if x - x == 0 else x
    if x == 0:
        return -math.inf
    return x if x != x else INVALID


def defined(name: str, how: "Callable[[float], float]", outside: float) -> "Callable[..., float]":
    """Return a function of one float that gives `outside` where it is not defined."""

    def run(x: "Any") -> float:
        x = float(number_argument(x, 1, name))
        try:
            return how(x)
        except (ValueError, OverflowError):
            return outside

    return run


def atan(y: "Any", x: "Any" = None) -> float:
    """math.atan(y [, x])"""
    y = float(number_argument(y, 1, "atan"))
    return math.atan2(y, 1.0 if x is None else float(number_argument(x, 2, "atan")))


def tointeger(*args: "Any") -> "int | None":
    """math.tointeger(x)"""
    if not args:
        raise argument_error(1, "tointeger", "value expected")
    x = args[0]
    return to_integer(x) if type(x) is not str else to_integer(parse_number(x))


def math_type(*args: "Any") -> "str | None":
    """math.type(x)"""
    if not args:
        raise argument_error(1, "type", "value expected")
    kind = type(args[0])
    return "integer" if kind is int else "float" if kind is float else None


def ult(m: "Any", n: "Any") -> Boolean:
    """math.ult(m, n): compare as unsigned integers"""
    left = integer_argument(m, 1, "ult") & 0xFFFFFFFFFFFFFFFF
    return lua_bool(left < integer_argument(n, 2, "ult") & 0xFFFFFFFFFFFFFFFF)


# Registered name -> callable, number of parameters (-1: any number); see `functions.builtin`.
FUNCTIONS: "dict[str, tuple[Any, ...]]" = {
    "math.abs": (absolute, 1),
    "math.acos": (defined("acos", math.acos, math.nan), 1),
    "math.asin": (defined("asin", math.asin, math.nan), 1),
    "math.atan": (atan, 2),
    "math.ceil": (ceil, 1),
    "math.cos": (defined("cos", math.cos, INVALID), 1),
    "math.deg": (lambda x: float(number_argument(x, 1, "deg")) * (180.0 / math.pi), 1),
    "math.exp": (exp, 1),
    "math.floor": (floor, 1),
    "math.fmod": (fmod, 2),
    "math.log": (log, 2),
    "math.max": (maximum, -1, "c2", larger),
    "math.min": (minimum, -1, "c2", smaller),
    "math.modf": (modf, 1),
    "math.rad": (lambda x: float(number_argument(x, 1, "rad")) * (math.pi / 180.0), 1),
    "math.sin": (defined("sin", math.sin, INVALID), 1),
    "math.sqrt": (sqrt, 1),
    "math.tan": (defined("tan", math.tan, INVALID), 1),
    "math.tointeger": (tointeger, -1),
    "math.type": (math_type, -1),
    "math.ult": (ult, 2),
}
