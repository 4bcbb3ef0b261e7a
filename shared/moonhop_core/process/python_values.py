"""Brings plain values and those of engine python into one another."""

from moonhop_core.lua.libraries import find
from moonhop_core.lua.values import FALSE, TRUE, Boolean, Table, type_name
from moonhop_core.process.engine import Bound, Kept, Named, Obj, ProgramError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.python_engine import PythonEngine

DEEPEST = 50  # tables nested in a value that travels; a board's stack has room for no more


def to_lua(engine: "PythonEngine", value: "Any") -> "Any":
    """Return a plain value, Kept, Obj, Bound or Named as engine python holds it."""
    kind = type(value)
    if value is None or kind is str or kind is int or kind is float:
        return value
    if kind is bool:
        return TRUE if value else FALSE
    if kind is list:
        table = Table({})
        for i, item in enumerate(value):
            if item is not None:
                table.h[i + 1] = to_lua(engine, item)
        return table
    if kind is dict:
        table = Table({})
        for key, item in value.items():
            table.set(to_lua(engine, key), to_lua(engine, item))
        return table
    if kind is Kept:
        return engine.kept[value.handle]
    if kind is Obj:
        table = Table({"id": value.ident})
        table.meta = find(engine.machine, value.kind)
        return table
    if kind is Bound:
        return engine.bind(value.name, to_lua(engine, value.state))
    if kind is Named:
        return find(engine.machine, value.name)
    raise TypeError(kind)


def from_lua(value: "Any") -> "Any":
    """Return a scalar plain and everything else as it is."""
    return value is TRUE if type(value) is Boolean else value


def plain(value: "Any", depth: int = 0) -> "Any":
    """Return a value that can travel as plain Python; see `Engine.plain`."""
    if type(value) is Boolean:
        return value is TRUE
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is not Table:
        raise ProgramError("a %s cannot travel" % type_name(value))
    if depth > DEEPEST:
        raise ProgramError("a table that contains itself, or is nested too deep, cannot travel")
    pairs = value.h
    for i in range(1, len(pairs) + 1):
        if i not in pairs:
            break
    else:
        return [plain(pairs[i], depth + 1) for i in range(1, len(pairs) + 1)]
    found = {}
    for key, item in pairs.items():
        if type(key) is Table:
            raise ProgramError("a table with tables as keys cannot travel")
        found[plain(key, depth + 1)] = plain(item, depth + 1)
    return found
