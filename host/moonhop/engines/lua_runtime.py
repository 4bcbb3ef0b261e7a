"""Lua states with the runtime (`lua/*.lua`) in them.

The runtime is compiled once per Python process and dialect; each state loads the bytecode, and the
parts that it may never need only when it needs them. Programs never meet bytecode: their `load`
takes text only, and they have no `string.dump`.
"""

import functools
import importlib
import re
import threading
import weakref
from pathlib import Path
from typing import Any, NamedTuple

from moonhop_core.errors import MoonhopError
from moonhop_core.lang.emit_lua_writer import LuaText
from moonhop_core.process import api
from moonhop_core.process.program import Program

MODULES = {"lua54": "lupa.lua54", "luajit": "lupa.luajit21"}
RUNTIME = Path(__file__).parent / "lua"
# Parts in the order they are loaded; each takes the table that `natives` returns.
FIRST = ("closing",)
NUMBERS: dict[str, tuple[str, ...]] = {
    "lua54": ("metatables54",),
    "luajit": ("numbersjit", "luajit54", "stringsjit", "tablesjit", "datesjit"),
}
THEN = ("machine", "units", "library", "operations", "iterators", "objects")
# Loaded when something that they make is first read.
LATER = {"messages", "recovery", "interrupt", "frames", "values", "blanks"}
LATER |= {"image_write", "image_paths", "image_read", "entered"}
NUMBERS_LATER: dict[str, tuple[str, ...]] = {
    "lua54": ("numbers54",),
    "luajit": ("messagesjit", "patternsjit", "packjit", "utf8jit"),
}
OTHERS = {
    "lua54": NUMBERS["luajit"] + NUMBERS_LATER["luajit"],
    "luajit": NUMBERS_LATER["lua54"],
}
# Parts that register builtins, and the names without which a program cannot mean them.
LIBRARIES = {"coroutines": "coroutine", "random": "math", "json": "json", "modules": "require"}
NATIVE = ("table", "math", "utf8", "os")  # libraries that `library.lua` makes of the engine's own
# Ways to reach a global by a name that is made at run time; package.loaded has all libraries.
ANYTHING = {"_G", "_ENV", "load", "package"}
# Parts without what only messages of errors need: no error that a program sees begins in them.
STRIPPED = {"messages", "values", "blanks", "image_write", "image_paths", "image_read", "units"}
MADE = re.compile(r"^(?:function )?(R\.\w+(?:, R\.\w+)*)(?:\(| = )", re.MULTILINE)
NAME = re.compile(r"[A-Za-z_]\w*")

_lock = threading.RLock()


class Runtime(NamedTuple):
    """The runtime as bytecode: of each part, and which part makes a name that comes later."""

    code: dict[str, bytes]
    homes: dict[str, str]


class ProgramCode(NamedTuple):
    """A program's emitted text and its description as bytecode."""

    text: bytes
    info: bytes


def make_state(name: str, bounded: bool = False) -> Any:
    """Return a Lua state without a way to Python. `bounded`: its memory can be bounded later.
    Raises MoonhopError if lupa lacks the engine."""
    try:
        module = importlib.import_module(MODULES[name])
    except (ImportError, KeyError):
        raise MoonhopError(f"engine {name} is not available here: install lupa") from None
    options = {"max_memory": 0} if bounded else {}
    return module.LuaRuntime(
        encoding="latin-1",
        unpack_returned_tuples=True,
        register_eval=False,
        register_builtins=False,
        attribute_filter=refuse,
        **options,
    )


def refuse(_object: object, name: str, _setting: bool) -> str:
    """Refuse every access to an attribute of a Python object."""
    raise AttributeError(name)


@functools.cache
def _compiler(name: str) -> Any:
    """Return what makes bytecode of a text, in a state of its own; use it under the lock."""
    return make_state(name).eval(
        "function(text, name, strip) local f, message = load(text, name)"
        " if f then return string.dump(f, strip) end return nil, message end"
    )


def to_bytecode(name: str, text: str, chunk: str, strip: bool = False) -> bytes:
    """Compile a Lua text. Raises MoonhopError if Lua refuses it."""
    with _lock:
        found = _compiler(name)(text, chunk, strip)
    if isinstance(found, tuple):
        raise MoonhopError(found[1])
    code: bytes = found.encode("latin-1")
    return code


@functools.cache
def runtime(name: str) -> Runtime:
    """Return the runtime for a dialect."""
    made = Runtime({}, {})
    for path in RUNTIME.glob("*.lua"):
        part = path.stem
        if part in OTHERS[name]:
            continue
        text = path.read_text(encoding="latin-1")
        strip = name == "lua54" and part in STRIPPED
        made.code[part] = to_bytecode(name, text, "=\2" + part, strip)
        if part in LATER or part in NUMBERS_LATER[name]:
            for names in MADE.findall(text):
                made.homes.update(dict.fromkeys(re.findall(r"R\.(\w+)", names), part))
    return made


_codes: "weakref.WeakKeyDictionary[LuaText, ProgramCode | None]" = weakref.WeakKeyDictionary()


def program_code(text: LuaText) -> ProgramCode | None:
    """Return a program's bytecode, made once; None if Lua refuses the text: loading says why."""
    try:
        return _codes[text]
    except KeyError:
        pass
    try:
        code = ProgramCode(
            to_bytecode(text.dialect, text.text, "=\1U0"),
            to_bytecode(text.dialect, text.info, "=\2info", True),
        )
    except MoonhopError:
        _codes[text] = None
        return None
    _codes[text] = code
    return code


class Wanted(NamedTuple):
    """What a program may mean: the engine's own libraries, between spaces; parts with others; the
    process's operations (name, whether it suspends, whether it is hidden, …); kinds of objects."""

    native: str
    parts: tuple[str, ...]
    operations: tuple[Any, ...]
    kinds: tuple[str, ...]


_wanted: "weakref.WeakKeyDictionary[Program, Wanted]" = weakref.WeakKeyDictionary()


def libraries(program: Program) -> Wanted:
    """Return what a program may mean by the names in it: all, if that cannot be told."""
    found = _wanted.get(program)
    if found is None:
        named = set(NAME.findall(program.source))
        for module in program.modules:
            named.update(NAME.findall(module.source))
        found = everything() if not named or named & ANYTHING else _wanted_by(named)
        _wanted[program] = found
    return found


@functools.cache
def everything() -> Wanted:
    """Return all that programs can mean."""
    globals = {name.partition(".")[0] for name in api.names()}
    return _wanted_by({*NATIVE, *LIBRARIES.values(), *globals})


def _wanted_by(named: set[str]) -> Wanted:
    native = "".join(f" {name} " for name in NATIVE if name in named)
    parts = tuple(part for part, name in LIBRARIES.items() if name in named)
    kinds = tuple(kind for kind in api.OBJECTS if kind.islower() or kind.lower() in named)
    return Wanted(native, parts, _operations(named.union(kinds)), kinds)


def _operations(named: set[str]) -> tuple[Any, ...]:
    found: list[Any] = []
    for name in sorted(api.names()):
        if name.partition(".")[0] in named:
            found += name, api.suspends(name), name in api.HIDDEN
    return tuple(found)
