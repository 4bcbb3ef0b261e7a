"""What loops run on: the numeric `for` (manual 3.3.5) and calls of a generic one's iterator."""

import math
from builtins import float, int, max, min, range, type

from moonhop_core.lua.alarm import RANG, over
from moonhop_core.lua.arithmetic import LEAST, MOST, to_number
from moonhop_core.lua.errors import OPERATOR, LuaError
from moonhop_core.lua.metamethods import named_type, trouble
from moonhop_core.lua.values import as_tuple

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


PIECE = 4096  # turns


def for_error(what: str, value: "Any") -> LuaError:
    """Return the error of a numeric `for` whose start, limit or step is not a number."""
    message = "bad 'for' %s (number expected, got %s)" % (what, named_type(value))
    return LuaError(message, OPERATOR)


def for_number(what: str, value: "Any") -> "int | float":
    """Return start, limit or step of a numeric `for` as a number; strings are converted."""
    number: "int | float | None" = to_number(value)
    if number is None:
        raise for_error(what, value)
    return number


def forprep(start: "Any", limit: "Any", step: "Any") -> "tuple[Any, Any, Any, Any]":
    """Prepare a numeric `for` (manual 3.3.5): index, limit, by, count; count None: floats."""
    if type(start) is int and type(step) is int:
        if step == 0:
            raise LuaError("'for' step is zero", OPERATOR)
        if type(limit) is not int:
            limit = for_number("limit", limit)
            if type(limit) is float:
                limit = integer_limit(limit, step)
        if (limit < start) if step > 0 else (limit > start):
            return start, None, step, 0
        return start, None, step, (limit - start) // step + 1
    limit = for_number("limit", limit)
    step = for_number("step", step)
    start = for_number("initial value", start)
    if step == 0:
        raise LuaError("'for' step is zero", OPERATOR)
    return float(start), float(limit), float(step), None


def integer_limit(limit: float, step: int) -> int:
    """Return the limit of an integer loop that was given as a float."""
    if limit != limit:
        return LEAST if step > 0 else MOST  # no turn at all (but see forrange)
    if limit >= 9.3e18:
        return MOST
    if limit <= -9.3e18:
        return LEAST
    whole = math.floor(limit) if step > 0 else -math.floor(-limit)
    return min(max(whole, LEAST), MOST)


def forrange(start: "Any", limit: "Any", step: "Any") -> "Iterable[Any]":
    """Return what a numeric `for` runs over."""
    value, last, by, count = forprep(start, limit, step)
    if count is None:
        return float_range(value, last, by)
    if limit != limit or not count:
        return ()
    try:
        return range(value, value + by * count, by)
    except OverflowError:  # MicroPython's range() ends at a machine word
        return int_range(value, by, count)


def forpieces(start: "Any", limit: "Any", step: "Any") -> "Iterable[Iterable[Any]]":
    """Return the same in pieces of some thousand turns."""
    turns = forrange(start, limit, step)
    if type(turns) is not range or len(turns) <= PIECE:
        return (turns,)
    return cut(turns)


def cut(turns: range) -> "Iterable[range]":
    """Give the pieces of a range."""
    for at in range(0, len(turns), PIECE):
        yield turns[at : at + PIECE]


def int_range(value: int, by: int, count: int) -> "Iterable[int]":
    """Count in integers near the ends of their range."""
    for _ in range(min(count, 0x3FFFFFFF)):
        if RANG:
            over()
        yield value
        value += by


def float_range(value: float, last: float, by: float) -> "Iterable[float]":
    """Count in floats, as a `for` does."""
    if by > 0:
        while value <= last:
            if RANG:
                over()
            yield value
            value += by
    else:
        while value >= last:
            if RANG:
                over()
            yield value
            value += by


def forend(limit: "Any") -> int:
    """Return the end (exclusive) for range() of an integer loop with a positive step."""
    if type(limit) is int:
        return limit + 1
    limit = for_number("limit", limit)
    if type(limit) is int:
        return limit + 1
    return LEAST if limit != limit else integer_limit(limit, 1) + 1


def forend_down(limit: "Any") -> int:
    """The same for a negative step."""
    if type(limit) is int:
        return limit - 1
    limit = for_number("limit", limit)
    if type(limit) is int:
        return limit - 1
    return MOST if limit != limit else integer_limit(limit, -1) - 1


def iterator_call(func: "Any", state: "Any", control: "Any") -> "tuple[Any, ...]":
    """Call a generic `for`'s iterator."""
    try:
        run = func.c2
    except AttributeError:
        raise trouble("call", func, ("for",))
    return as_tuple(run(state, control))
