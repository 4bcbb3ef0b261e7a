"""`load` (manual 6.1), and how messages name what it is given."""

from builtins import isinstance, len, str, type

from moonhop_core.lua.alarm import RANG, over
from moonhop_core.lua.arguments import (
    text_argument,
)
from moonhop_core.lua.comparison import is_number
from moonhop_core.lua.errors import LuaError, type_error
from moonhop_core.lua.functions import Function, builtin
from moonhop_core.lua.metamethods import named_type
from moonhop_core.lua.text import bounded_join
from moonhop_core.lua.values import (
    Table,
    first,
)

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


def functions(machine: "Any") -> "dict[str, tuple[Any, ...]]":
    """Return `load` for a machine (see `functions.builtin`)."""

    def load(chunk: "Any" = None, name: "Any" = None, mode: "Any" = None, *env: "Any") -> "Any":
        if mode is not None:
            mode = text_argument(mode, 3, "load")
        if name is not None:
            name = text_argument(name, 2, "load")
        if isinstance(chunk, Function):
            current = machine.current
            try:
                text = read_all(chunk)
            except Exception as raised:
                found = machine.settle(raised, called=chunk)
                machine.current = current
                return None, found.value
            given = "=(load)" if name is None else name
        else:
            if type(chunk) is not str and not is_number(chunk):
                raise type_error(1, "load", "function", chunk)
            text = text_argument(chunk, 1, "load")
            given = text if name is None else name
        if text[:1] == "\x1b":
            return None, "attempt to load a binary chunk (mode is 't')"
        if mode is not None and "t" not in mode:
            return None, "attempt to load a text chunk (mode is '%s')" % mode
        globals = env[0] if env else machine.globals
        if type(globals) is not Table:
            globals = no_environment(globals)
        return machine.load_text(text, given, globals)

    return {"load": (load, -1)}


def read_all(reader: Function) -> str:
    """Return what a reader function gives, piece by piece, until nil or an empty piece."""
    parts: "list[str]" = []
    while True:
        if RANG:
            over()
        part = first(reader.c0())
        if part is None or part == "":
            return bounded_join(parts)
        if type(part) is not str and not is_number(part):
            raise LuaError("reader function must return a string", 0)
        parts.append(text_argument(part, 1, "load"))


def display_name(given: str) -> str:
    """Return a chunk's name as messages show it (luaO_chunkid)."""
    if given[:1] == "=":
        return given[1:60]
    if given[:1] == "@":
        return given[1:] if len(given) <= 60 else "..." + given[-56:]
    line = given.split("\n", 1)[0]
    if len(line) > 44 or line != given:
        line = line[:45] + "..."
    return '[string "%s"]' % line


def no_environment(value: "Any") -> Table:
    """Return what stands for an environment that is no table."""

    def fail(*_: "Any") -> "Any":
        message = "attempt to index a %s value (upvalue '_ENV')" % named_type(value)
        raise LuaError(message, 1)

    handler = builtin("load.environment", fail, -1)
    table = Table({})
    table.meta = Table({"__index": handler, "__newindex": handler})
    return table
