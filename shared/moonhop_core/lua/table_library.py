"""The library `table` (manual 6.6). Tables without a metatable are worked on directly."""

from builtins import float, int, isinstance, range, str, type

from moonhop_core.lua.alarm import RANG, over
from moonhop_core.lua.arguments import integer_argument, optional_integer, text_argument
from moonhop_core.lua.arithmetic import to_integer
from moonhop_core.lua.errors import MISSING, LuaError, argument_error, type_error
from moonhop_core.lua.functions import Function
from moonhop_core.lua.indexing import index, length, setindex
from moonhop_core.lua.sorting import sort_values
from moonhop_core.lua.text import bounded_join
from moonhop_core.lua.values import Table, basic_text, results, type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MOST = 0x7FFFFFFFFFFFFFFF
MAX_RESULTS = 1000000
SMALL = 0x3FFFFFFF  # fits a machine word everywhere


def check_table(t: "Any", n: int, function: str) -> None:
    """Refuse what is no table."""
    if type(t) is not Table:
        raise type_error(n, function, "table", t)


def size_of(t: "Any") -> int:
    """Return #t, which has to be an integer."""
    if type(t) is Table and t.meta is None:
        return t.length()
    size = to_integer(length(t))
    if size is not None:
        return size
    raise LuaError("object length is not an integer", 1)


def append(t: "Any", value: "Any") -> "Any":
    """table.insert(list, value)"""
    if type(t) is not Table or t.meta is not None:
        return insert(t, value)
    h = t.h
    n = t.n
    if n + 1 in h or (n and n not in h):
        n = t.length()
    if value is not None:
        n += 1
        h[n] = value
        t.n = n
    return ()


def insert(t: "Any" = MISSING, pos: "Any" = MISSING, value: "Any" = MISSING, *more: "Any") -> "Any":
    """table.insert(list, [pos,] value)"""
    check_table(t, 1, "insert")
    size = size_of(t)
    if value is MISSING and pos is not MISSING:
        setindex(t, size + 1, pos)
        return ()
    if value is MISSING or more:
        raise LuaError("wrong number of arguments to 'insert'", 1)
    pos = integer_argument(pos, 2, "insert")
    if not 1 <= pos <= size + 1:
        raise argument_error(2, "insert", "position out of bounds")
    if t.meta is None:
        h = t.h
        for at in range(size, pos - 1, -1):
            h[at + 1] = h[at]
        t.set(pos, value)
        t.n = size + 1
        return ()
    for at in range(size, pos - 1, -1):
        if RANG:
            over()
        setindex(t, at + 1, index(t, at))
    setindex(t, pos, value)
    return ()


def pop(t: "Any") -> "Any":
    """table.remove(list)"""
    if type(t) is not Table or t.meta is not None:
        return remove(t)
    h = t.h
    n = t.n
    if not n or n + 1 in h or n not in h:
        n = t.length()
    if n not in h:
        return h.pop(n, None)
    t.n = n - 1
    return h.pop(n)


def remove(t: "Any" = MISSING, *args: "Any") -> "Any":
    """table.remove(list [, pos])"""
    check_table(t, 1, "remove")
    size = size_of(t)
    pos = size
    if args and args[0] is not None:
        pos = integer_argument(args[0], 2, "remove")
        # size + 1 is allowed, and 0 in an empty list
        if size + 1 != pos and not (1 <= pos <= size or (size == 0 and pos == 0)):
            raise argument_error(1, "remove", "position out of bounds")
    if t.meta is None:
        h = t.h
        if pos >= size:
            value = h.pop(pos, None)
            if pos == size and size:
                t.n = size - 1
            return value
        value = h.get(pos)
        for at in range(pos, size):
            h[at] = h[at + 1]
        del h[size]
        t.n = size - 1
        return value
    value = index(t, pos)
    while pos < size:
        if RANG:
            over()
        setindex(t, pos, index(t, pos + 1))
        pos += 1
    setindex(t, pos, None)
    return value


def indices(i: int, j: int) -> "Iterable[int]":
    """Return i … j; MicroPython's own `range` ends at a machine word."""
    if i > -SMALL and j < SMALL:
        return range(i, j + 1)
    return counted(i, j)


def counted(i: int, j: int) -> "Iterable[int]":
    """Count from i to j, however large."""
    while i <= j:
        yield i
        i += 1


def concat(t: "Any", sep: "Any" = None, i: "Any" = None, j: "Any" = None) -> str:
    """table.concat(list [, sep [, i [, j]]])"""
    check_table(t, 1, "concat")
    size = size_of(t) if j is None else 0
    joint = "" if sep is None else text_argument(sep, 2, "concat")
    i = optional_integer(i, 3, "concat", 1)
    j = optional_integer(j, 4, "concat", size)
    h = t.h
    try:
        return bounded_join([h[at] for at in indices(i, j)], joint)
    except (KeyError, TypeError):
        pass
    texts = []
    for at in indices(i, j):
        value = index(t, at)
        kind = type(value)
        if kind is not str:
            if kind is not int and kind is not float:
                message = "invalid value (%s) at index %d in table for 'concat'"
                raise LuaError(message % (type_name(value), at), 1)
            value = basic_text(value)
        texts.append(value)
    return bounded_join(texts, joint)


def unpack(t: "Any", i: "Any" = None, j: "Any" = None) -> "Any":
    """table.unpack(list [, i [, j]])"""
    i = optional_integer(i, 2, "unpack", 1)
    j = size_of(t) if j is None else integer_argument(j, 3, "unpack")
    if j - i >= MAX_RESULTS:
        raise LuaError("too many results to unpack", 1)
    if type(t) is Table and t.meta is None:
        get = t.h.get
        return results([get(at) for at in indices(i, j)])
    return results([index(t, at) for at in indices(i, j)])


def pack(*args: "Any") -> Table:
    """table.pack(···)"""
    h: "dict[Any, Any]" = {}
    at = 0
    for value in args:
        at += 1
        if value is not None:
            h[at] = value
    h["n"] = at
    return Table(h)


def sort(t: "Any", comparator: "Any" = None) -> "Any":
    """table.sort(list [, comp])"""
    check_table(t, 1, "sort")
    size = size_of(t)
    if size < 2:
        return ()
    if size >= 0x7FFFFFFF:
        raise argument_error(1, "sort", "array too big")
    if comparator is not None and not isinstance(comparator, Function):
        raise type_error(2, "sort", "function", comparator)
    if t.meta is not None:
        values = sort_values([index(t, at) for at in range(1, size + 1)], comparator)
        for at in range(size):
            setindex(t, at + 1, values[at])
        return ()
    h = t.h
    get = h.get
    values = sort_values([get(at) for at in range(1, size + 1)], comparator)
    for at in range(1, size + 1):
        value = values[at - 1]
        if value is None:
            h.pop(at, None)
        else:
            h[at] = value
    return ()


def move(
    a1: "Any" = MISSING,
    f: "Any" = MISSING,
    e: "Any" = MISSING,
    t: "Any" = MISSING,
    a2: "Any" = None,
    *_: "Any",
) -> "Any":
    """table.move(a1, f, e, t [, a2])"""
    f = integer_argument(f, 2, "move")
    e = integer_argument(e, 3, "move")
    t = integer_argument(t, 4, "move")
    check_table(a1, 1, "move")
    target = a1 if a2 is None else a2
    check_table(target, 5, "move")
    if e < f:
        return target
    if not (f > 0 or e < MOST + f):
        raise argument_error(3, "move", "too many elements to move")
    if t > MOST - (e - f):
        raise argument_error(4, "move", "destination wrap around")
    count = e - f + 1
    if t > e or t <= f or target is not a1:
        steps = range(count)
    else:
        steps = range(count - 1, -1, -1)
    if a1.meta is None and target.meta is None:
        source = a1.h
        h = target.h
        for at in steps:
            if RANG:
                over()
            value = source.get(f + at)
            if value is None:
                h.pop(t + at, None)
            else:
                h[t + at] = value
    else:
        for at in steps:
            if RANG:
                over()
            setindex(target, t + at, index(a1, f + at))
    return target


# Registered name -> callable, number of parameters (-1: any number); see `functions.builtin`.
FUNCTIONS: "dict[str, tuple[Any, ...]]" = {
    "table.concat": (concat, 4),
    "table.insert": (insert, -1, "c2", append),
    "table.move": (move, -1),
    "table.pack": (pack, -1),
    "table.remove": (remove, -1, "c1", pop),
    "table.sort": (sort, 2),
    "table.unpack": (unpack, 3),
}
