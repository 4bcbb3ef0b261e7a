"""Checks of the arguments of library functions, with PUC Lua's coercions and messages."""

from builtins import float, int, isinstance, len, str, type

from moonhop_core.lang.numbers import parse_number
from moonhop_core.lua.arithmetic import to_integer
from moonhop_core.lua.errors import MISSING, argument_error, type_error
from moonhop_core.lua.functions import Function
from moonhop_core.lua.values import Table, basic_text

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def integer_argument(value: "Any", n: int, function: str) -> int:
    """Return argument n of a function as an integer; strings that spell one count."""
    if type(value) is int:
        return value
    whole = to_integer(value)
    if whole is not None:
        return whole
    if type(value) is float or (type(value) is str and parse_number(value) is not None):
        raise argument_error(n, function, "number has no integer representation")
    raise type_error(n, function, "number", value)


def optional_integer(value: "Any", n: int, function: str, default: int) -> int:
    """Return argument n as an integer, or the default if it is nil."""
    if value is None:
        return default
    return integer_argument(value, n, function)


def number_argument(value: "Any", n: int, function: str) -> "int | float":
    """Return argument n as a number; strings that spell one count."""
    kind = type(value)
    if kind is int or kind is float:
        number: "int | float" = value
        return number
    if kind is str:
        parsed = parse_number(value)
        if parsed is not None:
            return parsed
    raise type_error(n, function, "number", value)


def text_argument(value: "Any", n: int, function: str) -> str:
    """Return argument n as a string; numbers become text."""
    kind = type(value)
    if kind is str:
        text: str = value
        return text
    if kind is int or kind is float:
        return basic_text(value)
    raise type_error(n, function, "string", value)


def table_argument(value: "Any", n: int, function: str) -> Table:
    """Return argument n, a table."""
    if type(value) is Table:
        return value
    raise type_error(n, function, "table", value)


def handler_argument(args: "Sequence[Any]") -> None:
    """Check that xpcall was given a function as its message handler."""
    handler = args[1] if len(args) > 1 else MISSING
    if not isinstance(handler, Function):
        raise type_error(2, "xpcall", "function", handler)
