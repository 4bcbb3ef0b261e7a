"""The compiler's front door: Lua text in, lowered prototypes out; emitters take it from there."""

from moonhop_core.lang.errors import not_too_deep
from moonhop_core.lang.lowered import Lowered
from moonhop_core.lang.lowering import lower
from moonhop_core.lang.parser import parse
from moonhop_core.lang.suspension import analyse
from moonhop_core.lang.tree import Chunk


def compile_lua(source: str, name: str, unit: bool = False) -> Lowered:
    """Parse, analyse and lower a Lua 5.4 program.

    source is the text as code points 0..255 (bytes read as latin-1); name stands in messages;
    unit: it is text that a running program gave to `load`, and shares that program's globals.
    Raises LuaSyntaxError, which knows file, line and column, or
    MoonhopError for what is nested too deep.
    """
    chunk = parse(source, name)
    lowered: Lowered = not_too_deep(name, _lowered, chunk, unit)
    return lowered


def _lowered(chunk: Chunk, unit: bool) -> Lowered:
    return lower(chunk, analyse(chunk, open_world=unit))
