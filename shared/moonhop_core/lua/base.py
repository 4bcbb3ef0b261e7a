"""The base library (manual 6.1), without `dofile`, `loadfile` and `require`."""

from builtins import int, len, str, type

from moonhop_core.lang.numbers import parse_number
from moonhop_core.lua.arguments import (
    handler_argument,
    integer_argument,
    table_argument,
)
from moonhop_core.lua.arithmetic import wrap
from moonhop_core.lua.carried import next_carried
from moonhop_core.lua.comparison import is_number
from moonhop_core.lua.errors import MISSING, LuaError, argument_error, type_error
from moonhop_core.lua.indexing import index
from moonhop_core.lua.libraries import find
from moonhop_core.lua.metamethods import call, check_handler, metamethod
from moonhop_core.lua.text import bounded_join, to_text
from moonhop_core.lua.unwinding import handle
from moonhop_core.lua.values import (
    FALSE,
    TRUE,
    Table,
    as_tuple,
    results,
    type_name,
)

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def type_(*args: "Any") -> str:
    """type(v)"""
    if not args:
        raise argument_error(1, "type", "value expected")
    return type_name(args[0])


def tostring(*args: "Any") -> str:
    """tostring(v)"""
    if not args:
        raise argument_error(1, "tostring", "value expected")
    return to_text(args[0])


def text_of(value: "Any") -> str:
    """tostring of one value"""
    if type(value) is int:
        return str(value)
    return to_text(value)


FAR = 1 << 96  # digits beyond 64 bits fall off, here now and then


def tonumber(*args: "Any") -> "Any":
    """tonumber(v [, base])"""
    if not args:
        raise argument_error(1, "tonumber", "value expected")
    value = args[0]
    if len(args) < 2 or args[1] is None:
        if is_number(value):
            return value
        return parse_number(value) if type(value) is str else None
    base = integer_argument(args[1], 2, "tonumber")
    if type(value) is not str:
        raise type_error(1, "tonumber", "string", value)
    if not 2 <= base <= 36:
        raise argument_error(2, "tonumber", "base out of range")
    text = value.strip(" \t\n\v\f\r").lower()
    negative = text[:1] == "-"
    if negative or text[:1] == "+":
        text = text[1:]
    if not text:
        return None
    number = 0
    for char in text:
        digit = DIGITS.find(char)
        if digit < 0 or digit >= base:
            return None
        number = number * base + digit
        if number >= FAR:
            number &= 0xFFFFFFFFFFFFFFFF
    return wrap(-number if negative else number)


def number_of(value: "Any") -> "Any":
    """tonumber of one value"""
    kind = type(value)
    if kind is str:
        return parse_number(value)
    return value if kind is int or kind is float else None


def ipairs(*args: "Any") -> "Any":
    """ipairs(t); the machine adds the iterator."""
    if not args:
        raise argument_error(1, "ipairs", "value expected")
    return args[0]


def ipairs_next(obj: "Any", i: "Any") -> "Any":
    """The iterator that ipairs gives."""
    i = wrap(integer_argument(i, 2, "for iterator") + 1)
    value = obj.h.get(i) if type(obj) is Table else None
    if value is None:
        value = index(obj, i)
        if value is None:
            return None
    return i, value


def next_(table: "Any", key: "Any") -> "Any":
    """next(t [, k])"""
    if type(table) is not Table:
        raise type_error(1, "next", "table", table)
    try:
        return table.next(key)
    except KeyError:
        raise LuaError("invalid key to 'next'")


def select(*args: "Any") -> "Any":
    """select(n, …)"""
    n = args[0] if args else MISSING
    if n == "#":
        return len(args) - 1
    n = integer_argument(n, 1, "select")
    if n < 0:
        n = len(args) + n
        if n < 1:
            raise argument_error(1, "select", "index out of range")
    elif n == 0:
        raise argument_error(1, "select", "index out of range")
    return results(args[n:])


def setmetatable(*args: "Any") -> "Any":
    """setmetatable(t, meta)"""
    table = table_argument(args[0] if args else MISSING, 1, "setmetatable")
    meta = args[1] if len(args) > 1 else MISSING
    if meta is not None and type(meta) is not Table:
        raise type_error(2, "setmetatable", "nil or table", meta)
    if table.meta is not None and "__metatable" in table.meta.h:
        raise LuaError("cannot change a protected metatable", 1)
    if meta is not None or table.meta is not None:
        table.meta = meta
    return table


def set_new_metatable(table: "Any", meta: "Any") -> "Any":
    """setmetatable(t, meta), quickly for a table that has no metatable yet"""
    if type(table) is Table and table.meta is None and type(meta) is Table:
        table.meta = meta
        return table
    return setmetatable(table, meta)


def getmetatable(value: "Any", string_meta: "Any") -> "Any":
    """getmetatable(v)"""
    if type(value) is Table:
        meta = value.meta
    else:
        meta = string_meta if type(value) is str else None
    if meta is None:
        return None
    hidden = meta.h.get("__metatable")
    return meta if hidden is None else hidden


def assert_(*args: "Any") -> "Any":
    """assert(v [, message, …])"""
    if not args:
        raise argument_error(1, "assert", "value expected")
    if args[0] is not None and args[0] is not FALSE:
        return results(args)
    message = args[1] if len(args) > 1 else "assertion failed!"
    raise LuaError(message, 1 if type(message) is str else 0)


def error(message: "Any" = None, level: "Any" = None, *_: "Any") -> "Any":
    """error(message [, level])"""
    level = 1 if level is None else integer_argument(level, 2, "error")
    raise LuaError(message, level if type(message) is str and level > 0 else 0)


def functions(machine: "Any") -> "dict[str, tuple[Any, ...]]":
    """Return the library's functions for a machine, by name (see `functions.builtin`)."""

    def print_(*args: "Any") -> "Any":
        machine.print(bounded_join([to_text(arg) for arg in args], "\t"))
        return ()

    def pairs(*args: "Any") -> "Any":
        if not args:
            raise argument_error(1, "pairs", "value expected")
        handler = metamethod(args[0], "__pairs")
        if handler is not None:
            try:
                three = as_tuple(handler.c1(args[0])) + (None, None, None)
            except AttributeError as error:
                check_handler(handler)
                raise error
            return three[:3]
        return find(machine, "next"), args[0], None

    def pairs_of(table: "Any") -> "Any":
        if type(table) is Table and (table.meta is None or "__pairs" not in table.meta.h):
            return find(machine, "next"), table, None
        return pairs(table)

    def ipairs_(*args: "Any") -> "Any":
        return find(machine, "ipairs.next"), ipairs(*args), 0

    def pcall(*args: "Any") -> "Any":
        if not args:
            raise argument_error(1, "pcall", "value expected")
        current = machine.current
        try:
            return (TRUE,) + as_tuple(call(args[0], args[1:]))
        except Exception as raised:
            found = machine.settle(raised, called=args[0])
            machine.current = current
            return FALSE, found.value

    def xpcall(*args: "Any") -> "Any":
        handler_argument(args)
        current = machine.current
        try:
            return (TRUE,) + as_tuple(call(args[0], args[2:]))
        except Exception as raised:
            found = machine.settle(raised, called=args[0])
            machine.current = current
            return handle(machine, args[1], found)

    def getmeta(*args: "Any") -> "Any":
        if not args:
            raise argument_error(1, "getmetatable", "value expected")
        return getmetatable(args[0], machine.string_meta)

    return {
        "print": (print_, -1),
        "type": (type_, -1, "c1", type_name),
        "tostring": (tostring, -1, "c1", text_of),
        "tonumber": (tonumber, -1, "c1", number_of),
        "pairs": (pairs, -1, "c1", pairs_of),
        "ipairs": (ipairs_, -1),
        "ipairs.next": (ipairs_next, 2),
        "next": (next_, 2),
        "next.carried": (next_carried, -1),
        "select": (select, -1),
        "setmetatable": (setmetatable, -1, "c2", set_new_metatable),
        "getmetatable": (getmeta, -1),
        "assert": (assert_, -1),
        "error": (error, -1),
        "pcall": (pcall, -1),
        "xpcall": (xpcall, -1),
    }
