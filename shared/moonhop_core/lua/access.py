"""Fields of tables, as emitted code reads and writes them where the plain dict does not do.

All of them have few variables and no `try`: MicroPython keeps a function's variables on the C
stack only below a dozen words, and putting them on the heap costs more than the function does.
"""

from builtins import AttributeError, KeyError, len, str, type

from moonhop_core.lua.indexing import index, setindex
from moonhop_core.lua.room import ROOM, widen
from moonhop_core.lua.values import Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

# Makes an object without calling its `__init__`: `t = make(Table); t.h = {}` takes little more
# than half the time of `Table({})`.
make = object.__new__


class Nothing:
    """Stands for the dict of something that is no table: nothing is in it, and reading it fails as
    reading the dict of nil does."""

    def __contains__(self, key: "Any") -> bool:
        return False

    def __getitem__(self, key: "Any") -> "Any":
        raise AttributeError("'NoneType' object has no attribute 'h'")


NONE: "Any" = Nothing()
LONGEST = 100  # chain of `__index` tables that is followed here


def near(obj: "Any", key: "Any") -> "Any":
    """obj[key] for a key that is not in the table itself, within the `try` of a statement.

    Never calls a function: what `indexing.index` would do instead gives an error of `support.E`.
    """
    h: "Any" = obj.meta
    if h is None:
        return None
    h = h.h
    if "__index" not in h:
        return None
    obj = h["__index"]
    h = obj.h
    if key in h:
        return h[key]
    return far(obj, key)


def far(obj: "Any", key: "Any") -> "Any":
    """The same, further along the chain of `__index` tables."""
    n = LONGEST
    while n:
        h: "Any" = obj.meta
        if h is None:
            return None
        h = h.h
        if "__index" not in h:
            return None
        obj = h["__index"]
        h = obj.h
        if key in h:
            return h[key]
        n -= 1
    raise KeyError


def get(obj: "Any", key: "Any") -> "Any":
    """obj[key] for a key that is not in the table itself, if it is one; outside of `try`."""
    if type(obj) is not Table:
        return index(obj, key)
    h: "Any" = obj.meta
    if h is None:
        return None
    h = h.h
    if "__index" not in h:
        return None
    h = h["__index"]
    if type(h) is not Table:
        return index(obj, key)
    if key in h.h:
        return h.h[key]
    return None if h.meta is None else index(h, key)


def put(obj: "Any", key: "Any", value: "Any") -> None:
    """obj[key] = value, within the `try` of a statement, if that takes no metamethod (KeyError
    otherwise). The key is neither nil nor a float."""
    h: "Any" = obj.meta
    if h is not None and "__newindex" in h.h:
        raise KeyError
    h = obj.h
    if value is not None:
        h[key] = value
    elif key in h:
        del h[key]


def put_any(obj: "Any", key: "Any", value: "Any") -> None:
    """The same for a key of any kind; nil and floats are left to `setindex`."""
    if key is None or type(key) is float:
        raise KeyError
    h: "Any" = obj.meta
    if h is not None and "__newindex" in h.h:
        raise KeyError
    h = obj.h
    if value is not None:
        if ROOM and len(h) in ROOM and type(key) is str:
            widen(h)
        h[key] = value
    elif key in h:
        del h[key]


def append(obj: "Any", value: "Any") -> None:
    """obj[#obj + 1] = value, within the `try` of a statement, for a plain table whose border is
    where it was last found or next to it (KeyError otherwise)."""
    if obj.meta is not None or value is None:
        raise KeyError
    h = obj.h
    n = obj.n
    if n and n not in h:
        raise KeyError
    n += 1
    if n in h:
        n += 1
        if n in h:
            raise KeyError
    h[n] = value
    obj.n = n


def assign(obj: "Any", key: "Any", value: "Any") -> None:
    """obj[key] = value, outside of `try`. The key is neither nil nor a float."""
    if type(obj) is not Table:
        setindex(obj, key, value)
        return
    h: "Any" = obj.meta
    if h is not None and "__newindex" in h.h:
        setindex(obj, key, value)
        return
    h = obj.h
    if value is not None:
        if ROOM and len(h) in ROOM and type(key) is str:
            widen(h)
        h[key] = value
    elif key in h:
        del h[key]
