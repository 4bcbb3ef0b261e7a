"""Calls library functions of engine python on cases; as a script it runs on MicroPython, too.

A case is [name, argument, …]. Arguments are JSON: null, booleans, integers, strings (code points
0..255), {"f": bits} a float by its IEEE 754 bits in hex, {"t": [[k, v], …]} a table, {"p": [[k,
v], …]} a table that reaches another one by metamethods, {"fn": name} one of FUNCTION_ARGUMENTS.
The result is one line of text, the same as evaluator.lua gives.
"""

import json
import struct
import sys

from moonhop_core.lua import (
    format,
    json_library,
    math_library,
    packing,
    string_library,
    string_matching,
    table_library,
    utf8_library,
)
from moonhop_core.lua.comparison import lt
from moonhop_core.lua.decimals import float_text
from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.functions import Function, builtin
from moonhop_core.lua.os_library import os_functions
from moonhop_core.lua.random_library import random_functions
from moonhop_core.lua.text import concat, to_text
from moonhop_core.lua.values import FALSE, TRUE, Table, as_tuple, lua_bool
from moonhop_core.lua.xoshiro import Xoshiro

# ruff: noqa: UP031 MicroPython formats with % more quickly and has few other ways

GENERATOR = Xoshiro()
FUNCTIONS: dict = {}
for table in (
    string_library.FUNCTIONS,
    string_matching.FUNCTIONS,
    format.FUNCTIONS,
    packing.FUNCTIONS,
    table_library.FUNCTIONS,
    math_library.FUNCTIONS,
    random_functions(GENERATOR),
    utf8_library.FUNCTIONS,
    json_library.FUNCTIONS,
    os_functions(lambda: 1234567890.5, lambda: 1.5),
):
    for name in table:
        FUNCTIONS[name] = builtin(name, *table[name])


def fails(*args):
    raise LuaError("failed")


FUNCTION_ARGUMENTS = {
    "first": lambda *a: a[0],
    "nothing": lambda *a: (),
    "false": lambda *a: FALSE,
    "table": lambda *a: Table({}),
    "count": lambda *a: len(a),
    "pair": lambda *a: (concat(("<", a[0], ">")), 1),
    "greater": lambda *a: lua_bool(lt(a[1], a[0])),
    "always": lambda *a: TRUE,
    "fails": fails,
}


def value_of(data):
    """Return the Lua value that a case's JSON stands for."""
    if data is True:
        return TRUE
    if data is False:
        return FALSE
    if type(data) is not dict:
        return data
    if "f" in data:
        return struct.unpack(">d", bytes.fromhex(data["f"]))[0]
    if "fn" in data:
        return builtin("test." + data["fn"], FUNCTION_ARGUMENTS[data["fn"]], -1)
    t = Table({})
    for key, value in data["t" if "t" in data else "p"]:
        t.set(value_of(key), value_of(value))
    if "p" not in data:
        return t
    proxy = Table({})
    proxy.meta = Table(
        {
            "__index": t,
            "__newindex": t,
            "__len": builtin("test.len", lambda _: t.length(), 1),
            "__tostring": builtin("test.tostring", lambda _: "proxy", 1),
        }
    )
    return proxy


def shown(value, depth=0):
    """Return a value as unmistakable text."""
    kind = type(value)
    if value is None or value is TRUE or value is FALSE:
        return "nil" if value is None else value.name
    if kind is int:
        return "i%d" % value
    if kind is float:
        if value != value:
            return "fnan"
        return "f" + "".join(["%02x" % b for b in struct.pack(">d", value)])
    if kind is str:
        return "'" + "".join([c if " " <= c < "\x7f" else "\\%03d" % ord(c) for c in value]) + "'"
    if kind is Table:
        if value.meta is not None:
            return "P" + shown(value.meta.h["__index"])
        if depth > 5:
            return "deep"
        pairs = []
        for key in value.h:
            pairs.append("%s=%s" % (shown(key), shown(value.h[key], depth + 1)))
        return "{" + ",".join(sorted(pairs)) + "}"
    return "function" if isinstance(value, Function) else "?"


def all_of(result):
    """Return everything that the iterator of gmatch or utf8.codes gives, 50 rounds at most."""
    triple = as_tuple(result) + (None, None)  # noqa: RUF005
    state = triple[1]
    control = triple[2]
    found = []
    for _ in range(50):
        values = as_tuple(triple[0].c2(state, control))
        if not values or values[0] is None:
            break
        control = values[0]
        found.append(" ".join(map(shown, values)))
    return "|".join(found)


def evaluate(case):
    """Return a case's outcome: its results and what became of a table given first, or its error."""
    name = case[0]
    args = [value_of(data) for data in case[1:]]
    function = FUNCTIONS.get(name.rstrip("*"), FUNCTIONS["math.abs"])
    if name == "sequence":  # seeds, then arguments of math.random, then how many
        FUNCTIONS["math.randomseed"].cn(args[:2])
        return " ".join([shown(FUNCTIONS["math.random"].cn(args[2:-1])) for _ in range(args[-1])])
    if name == "tostring":
        value = args[0]
        return "'" + (float_text if type(value) is float else to_text)(value) + "'"
    try:
        # as emitted code calls it: by the number of arguments
        result = getattr(function, "c%d" % len(args))(*args) if len(args) < 5 else function.cn(args)
        if name.endswith("*"):
            return all_of(result)
    except LuaError as error:
        return "error: " + str(error)
    text = " ".join(map(shown, as_tuple(result)))
    if args and type(args[0]) is Table and name[:2] in ("ta", "os"):
        text += " and " + shown(args[0])
    return text


def main():
    """Evaluate the cases of a file, one a line; print an outcome a line."""
    with open(sys.argv[1]) as file:
        for line in file:
            print(evaluate(json.loads(line)))


if __name__ == "__main__":
    main()
