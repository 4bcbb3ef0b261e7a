"""Reading and writing fields with all the rules, and `#`."""

from builtins import float, isinstance, len, range, str, type

from moonhop_core.lua.errors import OPERATOR, LuaError
from moonhop_core.lua.functions import Function
from moonhop_core.lua.metamethods import check_handler, metamethod, string_meta, trouble
from moonhop_core.lua.values import Table, first, float_key

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# `__index` functions at work inside each other; PUC Lua has the same bound (LUAI_MAXCCALLS).
inside = [0]

MOST_INSIDE = 195


def index(obj: "Any", key: "Any") -> "Any":
    """obj[key]"""
    for at in range(2000):
        if type(obj) is Table:
            value = obj.h.get(key)
            if value is not None:
                return value
            meta = obj.meta
            if meta is None:
                return None
            handler = meta.h.get("__index")
            if handler is None:
                return None
        else:
            handler = metamethod(obj, "__index")
            if handler is None:
                raise trouble("index", obj, None if at else ("index", key))
        if isinstance(handler, Function):
            inside[0] += 1
            try:
                if inside[0] > MOST_INSIDE:
                    raise LuaError("C stack overflow", OPERATOR)
                return first(handler.c2(obj, key))
            finally:
                inside[0] -= 1
        obj = handler
    raise LuaError("'__index' chain too long; possible loop", OPERATOR)


def method(obj: "Any", name: str) -> "Any":
    """The function that `obj:name(…)` calls."""
    if type(obj) is Table:
        h = obj.h
        if name in h:
            return h[name]
        try:
            return obj.meta.h["__index"].h[name]  # type: ignore[union-attr]
        except (KeyError, AttributeError):
            return index(obj, name)
    if type(obj) is str:
        try:
            return string_meta().h["__index"].h[name]  # type: ignore[union-attr]
        except (KeyError, AttributeError):
            pass
    return index(obj, name)


def method_of(string_meta: Table) -> "Callable[[Any, str], Any]":
    """Return what `obj:name(…)` looks its function up with if obj may be a string, in a program
    whose strings have this metatable."""

    def find(obj: "Any", name: str) -> "Any":
        if type(obj) is str:
            library: "Any" = string_meta.h
            if "__index" in library:  # no `try`: see lua/access.py
                library = library["__index"]
                if type(library) is Table and name in library.h:
                    return library.h[name]
            return index(obj, name)
        return method(obj, name)

    return find


def setindex(obj: "Any", key: "Any", value: "Any") -> None:
    """obj[key] = value"""
    for at in range(2000):
        if type(obj) is Table:
            h = obj.h
            meta = obj.meta
            if meta is None or key in h:
                handler = None
            else:
                handler = meta.h.get("__newindex")
            if handler is None:
                if type(key) is float:
                    if key != key:
                        raise LuaError("table index is NaN", OPERATOR)
                    key = float_key(key)
                if value is not None:
                    if key is None:
                        raise LuaError("table index is nil", OPERATOR)
                    h[key] = value
                elif key in h:
                    del h[key]
                elif key is None:
                    raise LuaError("table index is nil", OPERATOR)
                return
        else:
            handler = metamethod(obj, "__newindex")
            if handler is None:
                raise trouble("index", obj, None if at else ("index", key))
        if isinstance(handler, Function):
            handler.c3(obj, key, value)
            return
        obj = handler
    raise LuaError("'__newindex' chain too long; possible loop", OPERATOR)


def length(obj: "Any") -> "Any":
    """#obj"""
    if type(obj) is str:
        return len(obj)
    handler = metamethod(obj, "__len")
    if handler is not None:
        try:
            return first(handler.c2(obj, obj))  # operators of one operand give it twice
        except AttributeError as error:
            check_handler(handler, "__len")
            raise error
    if type(obj) is Table:
        return obj.length()
    raise trouble("get length of", obj, ("unary", "#"))
