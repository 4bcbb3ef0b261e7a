"""The names that emitted code uses, for its `from … import *`."""

import math
from builtins import len, range, setattr, str, tuple, type

from moonhop_core.lua import values as values_module
from moonhop_core.lua.access import NONE, append, assign, get, make, near, put, put_any  # noqa: F401
from moonhop_core.lua.arithmetic import add, div, idiv, mod, mul, pow_, sub, unm, wrap  # noqa: F401
from moonhop_core.lua.bitwise import band, bnot, bor, bxor, shl, shr  # noqa: F401
from moonhop_core.lua.carried import forstart, next_carried  # noqa: F401
from moonhop_core.lua.comparison import eq, le, lt, surely  # noqa: F401
from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.fresh import ADDS, cat, join, numeral  # noqa: F401
from moonhop_core.lua.indexing import index, length, setindex  # noqa: F401
from moonhop_core.lua.iteration import (  # noqa: F401
    forarray,
    forkeys,
    forpairs,
    forresult,
    forvalues,
    iterate,
    iterate1,
    iterate2,
)
from moonhop_core.lua.loops import (  # noqa: F401
    forend,
    forend_down,
    forpieces,
    forprep,
    forrange,
    iterator_call,
)
from moonhop_core.lua.metamethods import check_handler, metamethod
from moonhop_core.lua.text import concat, text  # noqa: F401

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# What the fast form of a statement may raise when it does not do; then comes the slow form.
E = (KeyError, TypeError, AttributeError, ZeroDivisionError, OverflowError, ValueError) + (
    MemoryError,  # of a text that was multiplied by a great number
)
TRUE = values_module.TRUE
FALSE = values_module.FALSE
Table = values_module.Table
float_key = values_module.float_key
NAN = math.nan
INF = math.inf
NINF = -math.inf


class Signal:
    """What a step of a frame gives instead of results."""

    def __init__(self, name: str):
        self.name = name


CALL = Signal("call")  # call machine.func with machine.args, then come back
TAIL = Signal("tail")  # the same, but the frame is done


def fail() -> "Any":
    """Leave the fast form of a statement."""
    raise KeyError


def size(obj: "Any") -> int:
    """#obj for strings and plain tables; anything else is the slow form's."""
    if type(obj) is str:
        return len(obj)
    if obj.meta is not None:
        raise KeyError
    h = obj.h
    n: int = obj.n
    if n + 1 in h:
        n += 2
        while n in h:
            n += 1
        obj.n = n = n - 1
    elif n and n not in h:
        n -= 1
        while n and n not in h:
            n -= 1
        obj.n = n
    return n


def unlike(a: "Any", b: "Any") -> bool:
    """Two different values, `a` a table: False, unless `__eq` has to be asked (KeyError)."""
    if type(b) is Table:
        meta = a.meta
        if meta is not None and "__eq" in meta.h:
            raise KeyError
        meta = b.meta
        if meta is not None and "__eq" in meta.h:
            raise KeyError
    return False


def new(proto: "Any", cells: "tuple[Any, ...]") -> "Any":
    """Make a function of a prototype and what it captures."""
    return proto.kind(proto, cells, proto.make(*cells))


def blank(proto: "Any") -> "Any":
    """Make a function that has no cells yet, so that it can be one of its own."""
    return proto.kind(proto, (), None)


def fill(function: "Any", cells: "tuple[Any, ...]") -> None:
    """Complete a blank function."""
    proto = function.proto
    function.cells = cells
    setattr(function, proto.attribute, proto.make(*cells))


def clean(table: "Any", position: int) -> None:
    """Take out the nils that a constructor put in; `position` items were positional."""
    h = table.h
    for key in [key for key in h if h[key] is None]:
        del h[key]
    table.n = position


def spread(table: "Any", position: int, items: "Sequence[Any]") -> None:
    """Append several values behind the first `position` ones of a constructor."""
    h = table.h
    for item in items:
        position += 1
        if item is not None:
            h[position] = item
    table.n = position


def adjust(result: "Any", count: int) -> "Sequence[Any]":
    """Bring a result to exactly `count` (two or more) values."""
    if type(result) is not tuple:
        return (result,) + (None,) * (count - 1)
    if len(result) >= count:
        return result[:count]
    return result + (None,) * (count - len(result))


def openclose(frame: "Any", value: "Any", name: str) -> None:
    """Put a `<close>` variable's value on its frame's list."""
    if value is None or value is FALSE:
        closer = None
    else:
        closer = metamethod(value, "__close")
        if closer is None:
            raise LuaError("variable '%s' got a non-closable value" % name, 1)
    if frame[2] is None:
        frame[2] = []
    frame[2].append(value if closer is not None else None)


def closescope(frame: "Any", count: int) -> None:
    """Leave a scope in the ordinary way: close its variables, newest first."""
    for _ in range(count):
        value = frame[2].pop()
        if value is not None:
            close_value(value, None)


def close_value(value: "Any", error: "Any") -> None:
    """Call a value's `__close`."""
    closer = metamethod(value, "__close")
    if closer is None:
        raise LuaError("metamethod 'close' is not callable", 1)
    try:
        closer.c2(value, error)
    except AttributeError as inside:
        check_handler(closer, "__close")
        raise inside


def forclose(value: "Any") -> "list[Any]":
    """Check the closing value of a generic `for`; gives a list of it, or of nothing."""
    if value is None or value is FALSE:
        return []
    if metamethod(value, "__close") is None:
        raise LuaError("variable '(for state)' got a non-closable value", 1)
    return [value]


def forclosed(closing: "list[Any]", machine: "Any", raised: "Exception | None") -> None:
    """Close the closing value of a generic `for`, if that is still to be done."""
    if closing:
        value = closing.pop()
        close_value(value, None if raised is None else machine.settle(raised).value)
