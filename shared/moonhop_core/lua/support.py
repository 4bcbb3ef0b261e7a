"""The names that emitted code uses, for its `from … import *`."""

import math

from moonhop_core.lua import operators
from moonhop_core.lua import values as values_module
from moonhop_core.lua.errors import LuaError, type_error
from moonhop_core.lua.loops import (  # noqa: F401
    forend,
    forend_down,
    forprep,
    forrange,
    iterator_call,
)
from moonhop_core.lua.operators import (  # noqa: F401
    add,
    band,
    bnot,
    bor,
    bxor,
    concat,
    div,
    eq,
    idiv,
    index,
    le,
    length,
    lt,
    mod,
    mul,
    pow_,
    setindex,
    shl,
    shr,
    sub,
    surely,
    unm,
    wrap,
)

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

E = operators.FAST_FAILS
TRUE = values_module.TRUE
FALSE = values_module.FALSE
Table = values_module.Table
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


def iterate(state: "Sequence[Any]") -> "Iterator[Any]":
    """Run a generic `for`; gives each turn's result tuple, until its first value is nil."""
    func, obj, control = state[0], state[1], state[2]
    while True:
        result = iterator_call(func, obj, control)
        if not result or result[0] is None:
            return
        control = result[0]
        yield result


def iterate1(state: "Sequence[Any]") -> "Iterator[Any]":
    """The same for one variable: gives the first value only."""
    func, obj, control = state[0], state[1], state[2]
    while True:
        result = iterator_call(func, obj, control)
        if not result or result[0] is None:
            return
        control = result[0]
        yield control


def iterate2(state: "Sequence[Any]") -> "Iterator[Any]":
    """The same for two variables: gives pairs."""
    func, obj, control = state[0], state[1], state[2]
    try:
        run = func.c2
    except AttributeError:
        iterator_call(func, obj, control)
    while True:
        result = run(obj, control)
        if type(result) is tuple:
            if len(result) == 2:
                control = result[0]
                if control is None:
                    return
                yield result
            elif result and result[0] is not None:
                control = result[0]
                yield result[:2]
            else:
                return
        elif result is None:
            return
        else:
            control = result
            yield result, None


MANY = 100  # keys that are not listed before a loop knows that it wants more than one


def many_keys(table: "Any") -> "Iterator[Any]":
    """List the keys of a big table, but only once the second one is asked for."""
    start = table.next(None)[0]
    yield start
    for key in table.listed():
        if key is not start:
            yield key


def array_pairs(h: "dict[Any, Any]") -> "Iterator[Any]":
    """What ipairs gives on a table without metatable."""
    i = 1
    while i in h:
        yield i, h[i]
        i += 1


def forkeys(func: "Any", state: "Any", control: "Any") -> "tuple[Any, Any]":
    """Start a generic `for` of one or two variables in direct form.

    Returns an iterable and None: it gives pairs; or, for the builtin `next`, the keys and the dict
    to look them up in.
    """
    if type(state) is Table:
        name = getattr(func, "proto", None)
        if name == "next" and control is None:
            if len(state.h) > MANY:
                return many_keys(state), state.h
            return state.listed(), state.h
        if name == "ipairs.next" and control == 0 and state.meta is None:
            return array_pairs(state.h), None
    elif getattr(func, "proto", None) == "next":
        raise type_error(1, "for iterator", "table", state)
    return iterate2((func, state, control)), None


def forstart(values: "Sequence[Any]") -> "Sequence[Any]":
    """Start a generic `for` in frame form: (iterator, state, control, closing value).

    The builtin `next` is replaced by an iterator that carries the keys still to come: another
    engine would go through the table in another order.
    """
    if len(values) < 4:
        values = tuple(values) + (None,) * (4 - len(values))
    func, state = values[0], values[1]
    if getattr(func, "proto", None) != "next":
        return values
    if type(state) is not Table:
        raise type_error(1, "for iterator", "table", state)
    if values[2] is None:
        keys: "dict[Any, Any]" = {}
        for key in state.listed():
            keys[len(keys) + 1] = key
        carried = Table({"table": state, "keys": Table(keys), "at": 0})
        return values_module.Bound("next.carried", carried, next_carried), None, None, values[3]
    return values


def next_carried(state: "Any", *_: "Any") -> "Any":
    """The iterator that `forstart` puts in the place of `next`."""
    h = state.h
    table = h["table"].h
    keys = h["keys"].h
    at = h["at"]
    while True:
        at += 1
        if at not in keys:
            return None
        key = keys.pop(at)
        h["at"] = at
        if key in table:
            return key, table[key]


def openclose(frame: "Any", value: "Any", name: str) -> None:
    """Put a `<close>` variable's value on its frame's list."""
    if value is None or value is FALSE:
        closer = None
    else:
        closer = operators.metamethod(value, "__close")
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
    closer = operators.metamethod(value, "__close")
    if closer is None:
        raise LuaError("metamethod 'close' is not callable", 1)
    closer.c2(value, error)


def forclose(value: "Any") -> "list[Any]":
    """Check the closing value of a generic `for`; gives a list of it, or of nothing."""
    if value is None or value is FALSE:
        return []
    if operators.metamethod(value, "__close") is None:
        raise LuaError("variable '(for state)' got a non-closable value", 1)
    return [value]


def forclosed(closing: "list[Any]", machine: "Any", raised: "Exception | None") -> None:
    """Close the closing value of a generic `for`, if that is still to be done."""
    if closing:
        value = closing.pop()
        close_value(value, None if raised is None else machine.settle(raised).value)
