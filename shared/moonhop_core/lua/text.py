"""`..` and tostring with all their rules; the bound of what builtins put together."""

from builtins import float, int, len, map, str, sum, type

from moonhop_core.lua.comparison import is_number
from moonhop_core.lua.errors import NO_MEMORY, LuaError
from moonhop_core.lua.fresh import numeral
from moonhop_core.lua.latin1 import INDEXED
from moonhop_core.lua.metamethods import check_handler, metamethod, trouble
from moonhop_core.lua.values import Table, basic_text, first

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


# Bytes of the longest string that a builtin makes. Nothing interrupts a builtin, so what is longer
# is refused beforehand; a board's heap refuses by itself, and counting there would be walking.
LONGEST = 1 << 27


def check_length(size: int) -> None:
    """Raise the LuaError of a string that would have more than LONGEST bytes."""
    if size > LONGEST:
        raise LuaError(NO_MEMORY)


def bounded_join(texts: "Sequence[str]", joint: str = "") -> str:
    """Return texts with a joint between them. Raises LuaError if that were too long, TypeError for
    what is no text."""
    if INDEXED:
        check_length(sum(map(len, texts)) + len(joint) * len(texts))
    return joint.join(texts)


def concat(parts: "Sequence[Any]") -> "Any":
    """a .. b .. c: right associative, numbers become strings."""
    result = parts[-1]
    at = len(parts) - 2
    while at >= 0:
        left = parts[at]
        if joins(left) and joins(result):
            texts = [basic_text(result)]
            while at >= 0 and joins(parts[at]):
                texts.append(basic_text(parts[at]))
                at -= 1
            texts.reverse()
            result = bounded_join(texts)
            continue
        handler = metamethod(left, "__concat")
        if handler is None:
            handler = metamethod(result, "__concat")
        if handler is None:
            if joins(left):
                raise trouble("concatenate", result, ("concat", at + 1, len(parts)))
            raise trouble("concatenate", left, ("concat", at, len(parts)))
        try:
            result = first(handler.c2(left, result))
        except AttributeError as error:
            check_handler(handler, "__concat")
            raise error
        at -= 1
    return result


def text(value: "Any") -> str:
    """Return a number as `..` writes it; KeyError for anything else."""
    kind = type(value)
    if kind is int:
        return numeral(value)
    if kind is not float:
        raise KeyError
    return basic_text(value)


def joins(value: "Any") -> bool:
    """Tell whether `..` takes it as it is: a string or a number."""
    kind = type(value)
    return kind is str or kind is int or kind is float


def to_text(value: "Any") -> str:
    """tostring(value), with `__tostring` and `__name`."""
    kind = type(value)
    if kind is str:
        text: str = value
        return text
    if kind is Table and value.meta is not None:
        handler = value.meta.h.get("__tostring")
        if handler is not None:
            try:
                result = first(handler.c1(value))
            except AttributeError as error:
                check_handler(handler)
                raise error
            if type(result) is str:
                return result
            if is_number(result):
                return basic_text(result)
            raise LuaError("'__tostring' must return a string", 1)
        name = value.meta.h.get("__name")
        if type(name) is str:
            return name + basic_text(value)[5:]
    return basic_text(value)
