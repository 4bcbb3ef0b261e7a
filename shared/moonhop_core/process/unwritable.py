"""Names the path to a value that no image can hold, such as `_G.cache.handle`."""

from moonhop_core.lua.functions import Bound, Function
from moonhop_core.lua.values import Coroutine, Table, type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from moonhop_core.process.names import Names


def find_path(target: "Any", roots: "list[tuple[str, Any]]", names: "Names") -> str:
    """Return the shortest path from a root (name, value) to the object `target`."""
    seen = {}
    todo = []
    for name, value in roots:
        if value is target:
            return name
        todo.append((name, value))
    while todo:
        following = []
        for path, value in todo:
            for step, inner in steps(value, names):
                if inner is target:
                    return path + step
                if is_object(inner) and id(inner) not in seen:
                    seen[id(inner)] = True
                    following.append((path + step, inner))
        todo = following
    return "(unknown place)"


def is_object(value: "Any") -> bool:
    """Tell whether a value can lead to others."""
    return isinstance(value, (Table, Function, list, tuple, Coroutine))


def steps(value: "Any", names: "Names") -> "Iterator[tuple[str, Any]]":
    """Yield (step in words, value) for what a value holds."""
    kind = type(value)
    if kind is Table:
        if value.meta is not None:
            yield "(metatable)", value.meta
        for key, inner in value.h.items():
            yield key_step(key), inner
            if is_object(key):
                yield "(a key)", key
    elif kind is Bound:
        yield "(state)", value.state
    elif kind is Coroutine:
        yield "(function)", value.function
        for entry in value.stack:
            for inner in entry:
                yield "(a local)", inner
    elif kind is list or kind is tuple:
        for inner in value:
            yield "", inner
    else:
        for inner in value.cells:
            yield "(an upvalue)", inner


def key_step(key: "Any") -> str:
    """Return a table's key as one writes it in Lua."""
    if type(key) is str:
        plain = key and key[0] not in "0123456789"
        for c in key:
            if not (c == "_" or "0" <= c <= "9" or "a" <= c <= "z" or "A" <= c <= "Z"):
                plain = False
        return "." + key if plain else '["%s"]' % key
    if type(key) is int or type(key) is float:
        return "[%s]" % key
    return "[a %s]" % type_name(key)
