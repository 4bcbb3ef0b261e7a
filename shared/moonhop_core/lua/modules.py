"""`require` and the table `package` (manual 6.3), without what loads C libraries.

Modules were linked when the program was submitted: what is looked up here is its own prototypes.
"""

from moonhop_core.lang.modules import PATH, STANDARD
from moonhop_core.lua import inventory
from moonhop_core.lua.arguments import text_argument
from moonhop_core.lua.errors import LuaError, argument_error
from moonhop_core.lua.functions import Function, builtin
from moonhop_core.lua.indexing import index
from moonhop_core.lua.libraries import find as find_builtin
from moonhop_core.lua.metamethods import call
from moonhop_core.lua.support import new
from moonhop_core.lua.values import FALSE, TRUE, Coroutine, Table, as_tuple, first

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from moonhop_core.lua.machine import Machine

MOST_LOADING = 190  # modules that are being loaded by each other, as LUAI_MAXCCALLS bounds it
PAUSE = 0.01  # seconds after which a task looks again whether another one has loaded a module


def begin(
    machine: "Machine", co: Coroutine, args: "Sequence[Any]", tail: bool
) -> "tuple[Any, Sequence[Any]]":
    """Do require(args) in a frame of coroutine `co`, which goes then if it is a tail call: gives a
    loader and its arguments, with the marker for its result on the stack; or None and what require
    returns. What fails still has the frame, for its position."""
    stack = co.stack
    name = name_of(args)
    value = machine.builtins["package.loaded"].h.get(name)
    found: "tuple[Any, Sequence[Any]]" = (None, value)
    marker: "list[Any]" = []
    if value is None or value is FALSE:
        if loads_elsewhere(machine, name, co):
            marker = ["again", name]
            found = find_builtin(machine, "sleep"), (PAUSE,)
        else:
            loader, data = find(machine, name)
            if len([entry for entry in stack if entry[0] == "require"]) > MOST_LOADING:
                raise LuaError("C stack overflow", 1)
            marker = ["require", name, data]
            found = loader, (name, data)
            machine.builtins["require.loading"].set(name, co)
    if tail:
        stack.pop()
    if marker:
        stack.append(marker)
    return found


def loads_elsewhere(machine: "Machine", name: str, co: "Coroutine | None") -> bool:
    """Tell whether a coroutine is loading a module that neither is `co` nor waits for it: a module
    that requires itself is loaded again, as in PUC Lua."""
    loader = machine.builtins["require.loading"].h.get(name)
    if loader is None or ["require", name] not in [entry[:2] for entry in loader.stack]:
        return False  # or it failed, or was cancelled
    while co is not None and co is not loader:
        co = co.parent
    return co is None


def finish(machine: "Machine", name: str, data: "Any", result: "Any") -> "tuple[Any, Any]":
    """Note what a loader gave; return what require returns."""
    loaded = machine.builtins["package.loaded"]
    machine.builtins["require.loading"].set(name, None)
    value = first(result)
    if value is not None:
        loaded.set(name, value)
    value = loaded.h.get(name)
    if value is None:
        value = TRUE
        loaded.set(name, value)
    return value, data


def name_of(args: "Sequence[Any]") -> str:
    """Return require's argument."""
    if not args:
        raise argument_error(1, "require", "string expected, got no value")
    return text_argument(args[0], 1, "require")


def find(machine: "Machine", name: str) -> "tuple[Any, Any]":
    """Ask the searchers for a module; return its loader and what goes with it."""
    searchers = machine.builtins["package"].h.get("searchers")
    if type(searchers) is not Table:
        raise LuaError("'package.searchers' must be a table", 1)
    told: "list[str]" = []
    at = 1
    while True:
        searcher = index(searchers, at)
        if searcher is None:
            raise LuaError("module '%s' not found:%s" % (name, "".join(told)), 1)
        found = as_tuple(call(searcher, (name,))) + (None, None)
        if isinstance(found[0], Function):
            return found[0], found[1]
        if type(found[0]) is str:
            told.append("\n\t" + found[0])
        at += 1


def functions(machine: "Machine") -> "dict[str, tuple[Callable[..., Any], int]]":
    """Return the functions, and make the tables that go with them."""

    def require(*args: "Any") -> "Any":
        name = name_of(args)
        value = machine.builtins["package.loaded"].h.get(name)
        if value is not None and value is not FALSE:
            return value
        if loads_elsewhere(machine, name, machine.current):
            raise machine.cannot_suspend("require")
        loader, data = find(machine, name)
        return finish(machine, name, data, call(loader, (name, data)))

    def preloaded(*args: "Any") -> "Any":
        name = text_argument(args[0] if args else None, 1, "require")
        loader = machine.builtins["package.preload"].h.get(name)
        if loader is None:
            return "no field package.preload['%s']" % name
        return loader, ":preload:"

    def linked(*args: "Any") -> "Any":
        name = text_argument(args[0] if args else None, 1, "require")
        unit = machine.units[0]
        for known, path, number in unit.modules:
            if known == name:
                return new(unit.protos[number], ()), path
        return "no module '%s' in the program (its manifest can name it: modules = [\"%s\"])" % (
            name,
            name,
        )

    made = {
        "require": (require, -1),
        "require.preloaded": (preloaded, -1),
        "require.linked": (linked, -1),
    }
    if "package.loaded" not in machine.builtins:
        prepare(machine, made)
    return made


def prepare(machine: "Machine", made: "dict[str, tuple[Callable[..., Any], int]]") -> None:
    """Make the tables below `package`, and the searchers."""
    loaded = Table({})
    for name in STANDARD:
        if name in machine.builtins:
            loaded.h[name] = machine.builtins[name]
    loaded.h["package"] = inventory.library(machine, "package")
    machine.listed = STANDARD
    inventory.register(machine, "package.loaded", loaded)
    inventory.register(machine, "package.preload", Table({}))
    inventory.set_constant(machine, "package.path", PATH)
    inventory.set_constant(machine, "package.config", "/\n;\n?\n!\n-\n")
    searchers = Table({})
    for at, name in enumerate(("require.preloaded", "require.linked")):
        found = builtin(name, made[name][0], -1)
        machine.builtins[name] = found
        searchers.set(at + 1, found)
    inventory.register(machine, "package.searchers", searchers)
    loading = Table({})  # of modules whose loaders suspend: name -> coroutine
    machine.builtins["require.loading"] = loading
    machine.tables[id(loading)] = "require.loading"
