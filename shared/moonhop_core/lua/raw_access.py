"""The base library's functions that pass by metatables (manual 6.1)."""

from builtins import int, len, str, type

from moonhop_core.lua.arguments import (
    table_argument,
)
from moonhop_core.lua.comparison import same
from moonhop_core.lua.errors import MISSING, argument_error, type_error
from moonhop_core.lua.indexing import setindex
from moonhop_core.lua.values import (
    Table,
    float_key,
    lua_bool,
)

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


def rawget(table: "Any", key: "Any") -> "Any":
    """rawget(t, k)"""
    h = table_argument(table, 1, "rawget").h
    return h.get(float_key(key) if type(key) is float else key)


def rawset(table: "Any", key: "Any", value: "Any") -> "Any":
    """rawset(t, k, v)"""
    table = table_argument(table, 1, "rawset")
    meta = table.meta
    table.meta = None
    try:
        setindex(table, key, value)
    finally:
        table.meta = meta
    return table


def rawequal(a: "Any", b: "Any") -> "Any":
    """rawequal(a, b)"""
    return lua_bool(same(a, b))


def all_given(name: str, function: "Any", count: int) -> "Any":
    """Return a raw function of the library for calls with any number of arguments."""

    def checked(*args: "Any") -> "Any":
        if len(args) >= count:
            return function(*args[:count])
        if name != "rawequal":
            table_argument(args[0] if args else MISSING, 1, name)
        raise argument_error(len(args) + 1, name, "value expected")

    return checked


def rawlen(value: "Any") -> int:
    """rawlen(v)"""
    if type(value) is Table:
        return value.length()
    if type(value) is str:
        return len(value)
    raise type_error(1, "rawlen", "table or string", value)


FUNCTIONS = {
    "rawget": (all_given("rawget", rawget, 2), -1, "c2", rawget),
    "rawset": (all_given("rawset", rawset, 3), -1, "c3", rawset),
    "rawequal": (all_given("rawequal", rawequal, 2), -1, "c2", rawequal),
    "rawlen": (rawlen, 1),
}
