"""The library `json`: encode and decode Lua values.

A table with a border is an array, any other an object (the empty table is `{}`); the keys of an
object come sorted, so that equal tables give equal text on every node. Integers stay integers,
floats floats. nil is null. Strings are bytes and pass as they are; `\\u` escapes become UTF-8.
"""

from builtins import float, int, len, list, ord, range, sorted, str, type

from moonhop_core.lua.arguments import text_argument
from moonhop_core.lua.decimals import exact_text, float_text
from moonhop_core.lua.errors import LuaError, argument_error
from moonhop_core.lua.text import bounded_join
from moonhop_core.lua.values import FALSE, TRUE, Table, type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_NESTING = 100
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b"}


def encode(value: "Any" = None) -> str:
    """json.encode(v)"""
    out: "list[str]" = []
    opened: "list[list[Any]]" = []  # of each open table: its pairs, the keys, how many are done
    while True:
        if type(value) is Table:
            if len(opened) == MAX_NESTING:
                raise LuaError("cannot encode: tables nested deeper than %d" % MAX_NESTING, 1)
            keys = keys_of(value)
            out.append("{" if type(keys) is list else "[")
            opened.append([value.h, keys, 0])
        else:
            out.append(scalar(value))
        while opened:
            top = opened[-1]
            h, keys, done = top
            if done < len(keys):
                key = keys[done]
                top[2] = done + 1
                if done:
                    out.append(",")
                if type(keys) is list:
                    out.append(string_text(key))
                    out.append(":")
                value = h.get(key)
                break
            out.append("}" if type(keys) is list else "]")
            opened.pop()
        else:
            return bounded_join(out)


def keys_of(table: Table) -> "list[str] | range":
    """Return the keys to write: a range for a list, sorted names for an object."""
    h = table.h
    size = table.length()
    if size:
        if len(h) != size:
            raise LuaError("cannot encode a table that has a list and other keys as well", 1)
        return range(1, size + 1)
    for key in h:
        if type(key) is not str:
            message = "cannot encode a table with a key of type %s that is no list"
            raise LuaError(message % type_name(key), 1)
    return sorted(h)


def scalar(value: "Any") -> str:
    """Return the text of anything but a table."""
    kind = type(value)
    if kind is str:
        return string_text(value)
    if kind is int:
        return str(value)
    if kind is float:
        if value - value != 0:
            raise LuaError("cannot encode %s: JSON has no such number" % float_text(value), 1)
        return exact_text(value)
    if value is None:
        return "null"
    if value is TRUE or value is FALSE:
        return "true" if value is TRUE else "false"
    raise LuaError("cannot encode a %s value" % type_name(value), 1)


def string_text(text: str) -> str:
    """Return a string between quotes, with the escapes that JSON asks for."""
    for char in text:
        if char < " " or char == '"' or char == "\\":
            break
    else:
        return '"' + text + '"'
    out = ['"']
    for char in text:
        if char < " " or char == '"' or char == "\\":
            char = ESCAPES.get(char) or "\\u%04x" % ord(char)
        out.append(char)
    out.append('"')
    return "".join(out)


def decode(text: "Any") -> "Any":
    """json.decode(s)"""
    from moonhop_core.lua.json_reader import JsonError, read_json

    text = text_argument(text, 1, "decode")
    try:
        return read_json(text)
    except JsonError as error:
        raise argument_error(1, "decode", error.args[0])


# Registered name -> callable, number of parameters (-1: any number).
FUNCTIONS: "dict[str, tuple[Callable[..., Any], int]]" = {
    "json.decode": (decode, 1),
    "json.encode": (encode, 1),
}
