"""`==`, `<` and `<=` with all their rules."""

from builtins import bool, float, int, str, type

from moonhop_core.lua.errors import OPERATOR, LuaError
from moonhop_core.lua.metamethods import check_handler, metamethod, named_type
from moonhop_core.lua.values import FALSE, Table, first

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

# MicroPython compares an integer with a float as floats.
EXACT = (1 << 53) + 1 != 9007199254740992.0


def surely(a: "Any", b: "Any") -> bool:
    """Tell that a == b, which Python says, is so; KeyError if that takes a closer look."""
    if EXACT or type(a) is type(b):
        return True
    raise KeyError


def same(a: "Any", b: "Any") -> bool:
    """a == b without metamethods"""
    if EXACT or type(a) is type(b):
        return bool(a == b)
    return a == b and is_number(a) and is_number(b) and int(a) == int(b)


def eq(a: "Any", b: "Any") -> bool:
    """a == b"""
    if same(a, b):
        return True
    if type(a) is Table and type(b) is Table:
        handler = metamethod(a, "__eq")
        if handler is None:
            handler = metamethod(b, "__eq")
        if handler is not None:
            try:
                value = first(handler.c2(a, b))
            except AttributeError as error:
                check_handler(handler, "__eq")
                raise error
            return value is not None and value is not FALSE
    return False


def less(a: "Any", b: "Any") -> bool:
    """a < b for numbers"""
    if EXACT or type(a) is type(b) or a != b:
        return bool(a < b)
    return int(a) < int(b)


def is_number(value: "Any") -> bool:
    """Tell whether it is a Lua number."""
    kind = type(value)
    return kind is int or kind is float


def compared(a: "Any", b: "Any", event: str) -> bool:
    """Compare by metamethod, or raise."""
    handler = metamethod(a, event)
    if handler is None:
        handler = metamethod(b, event)
    if handler is None:
        left = named_type(a)
        right = named_type(b)
        if left == right:
            raise LuaError("attempt to compare two %s values" % left, OPERATOR)
        raise LuaError("attempt to compare %s with %s" % (left, right), OPERATOR)
    try:
        value = first(handler.c2(a, b))
    except AttributeError as error:
        check_handler(handler, event)
        raise error
    return value is not None and value is not FALSE


def lt(a: "Any", b: "Any") -> bool:
    """a < b"""
    if is_number(a) and is_number(b):
        return less(a, b)
    if type(a) is str and type(b) is str:
        return bool(a < b)
    return compared(a, b, "__lt")


def le(a: "Any", b: "Any") -> bool:
    """a <= b"""
    if is_number(a) and is_number(b):
        return less(a, b) or same(a, b)
    if type(a) is str and type(b) is str:
        return bool(a <= b)
    return compared(a, b, "__le")
