"""Functions that are emitted as several Python functions (lang/emit_python_sections.py)."""

from builtins import len, list

from moonhop_core.lua.support import Signal

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MORE = Signal("more")  # what a section gives when another one goes on: at block -1 - fr[1]


def sectioned(
    entries: "tuple[int, ...]",
    bounds: "tuple[int, ...]",
    sections: "tuple[Callable[[list[Any], Any], Any], ...]",
    params: int = -1,
) -> "Callable[..., Any]":
    """Return the callable of a function in sections: its step, or with `params` (how many it has)
    a function in direct form or tail form.

    entries   the block at each resume point
    bounds    the first block behind each section, the last one aside
    """

    def step(fr: "list[Any]", v: "Any") -> "Any":
        while True:
            b: int = fr[1]
            b = entries[b] if b >= 0 else -1 - b
            at = 0
            while at < len(bounds) and b >= bounds[at]:
                at += 1
            v = sections[at](fr, v)
            if v is not MORE:
                return v

    def run(*args: "Any", tail: bool = False) -> "Any":
        fr: "list[Any]" = [tail, 0, args[params:]]
        fr.extend(args[:params])
        fr.extend([None] * (params - len(args)))
        return step(fr, None)

    return step if params < 0 else run
