"""The compiler's front door: Lua text in, lowered prototypes out; emitters take it from there."""

from moonhop_core.lang.compact import compact
from moonhop_core.lang.errors import not_too_deep
from moonhop_core.lang.lowered import Lowered
from moonhop_core.lang.lowering import lower
from moonhop_core.lang.parser import parse
from moonhop_core.lang.suspension import analyse
from moonhop_core.lang.tree import Chunk, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from moonhop_core.lang.modules import Module


def compile_lua(
    source: str, name: str, unit: bool = False, modules: "Sequence[Module]" = ()
) -> Lowered:
    """Parse, analyse and lower a Lua 5.4 program together with its modules.

    source is the text as code points 0..255 (bytes read as latin-1); name stands in messages;
    unit: it is text that a running program gave to `load`, and shares that program's globals.
    Raises LuaSyntaxError, which knows file, line and column, or
    MoonhopError for what is nested too deep.
    """
    lowered: Lowered = compact(_compiled, source, name, unit, modules)
    return lowered


def _compiled(source: str, name: str, unit: bool, modules: "Sequence[Module]") -> Lowered:
    if unit and source[:2] == "#!":
        source = " " + source  # only files may begin so; to `load` it is a mistake
    chunk = parse(source, name)
    for module in modules:
        _join(chunk, module.name, parse(module.source, module.path))
    lowered: Lowered = not_too_deep(name, _lowered, chunk, unit)
    lowered.unit = unit
    lowered.doubles = unit or "luajit" in source
    return lowered


def _lowered(chunk: Chunk, unit: bool) -> Lowered:
    return lower(chunk, analyse(chunk, open_world=unit))


def _join(chunk: Chunk, name: str, other: Chunk) -> None:
    """Make `other`, the chunk of module `name`, part of the program `chunk`: functions are numbered
    through, and each part keeps the name of its own file."""
    first = len(chunk.functions)
    for function in other.functions:
        function.number += first
        chunk.functions.append(function)
    chunk.parts.append(Part(name, other.name, other.main))
    chunk.globals_assigned.update(other.globals_assigned)
    chunk.names_env = chunk.names_env or other.names_env
