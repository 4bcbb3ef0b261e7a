"""The compiler's front door: Lua text in, lowered prototypes out; emitters take it from there."""

from moonhop_core.lang.lowered import Lowered
from moonhop_core.lang.lowering import lower
from moonhop_core.lang.parser import parse
from moonhop_core.lang.suspension import analyse


def compile_lua(source: str, name: str, unit: bool = False) -> Lowered:
    """Parse, analyse and lower a Lua 5.4 program.

    source is the text as code points 0..255 (bytes read as latin-1); name stands in messages;
    unit: it is text that a running program gave to `load`, and shares that program's globals.
    Raises LuaSyntaxError, which knows file, line and column.
    """
    chunk = parse(source, name)
    return lower(chunk, analyse(chunk, open_world=unit))
