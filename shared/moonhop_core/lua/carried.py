"""The generic `for` in frame form: it can be suspended in its body, and go on in another engine."""

from builtins import getattr, len, tuple, type

from moonhop_core.lua.errors import type_error
from moonhop_core.lua.functions import Bound
from moonhop_core.lua.values import Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def forstart(values: "Sequence[Any]") -> "Sequence[Any]":
    """Start a generic `for` in frame form: (iterator, state, control, closing value).

    The builtin `next` is replaced by an iterator that carries the keys still to come: another
    engine would go through the table in another order.
    """
    if len(values) < 4:
        values = tuple(values) + (None,) * (4 - len(values))
    func, state = values[0], values[1]
    if getattr(func, "proto", None) != "next":
        return values
    if type(state) is not Table:
        raise type_error(1, "for iterator", "table", state)
    if values[2] is None:
        keys: "dict[Any, Any]" = {}
        for key in state.listed():
            keys[len(keys) + 1] = key
        carried = Table({"table": state, "keys": Table(keys), "at": 0})
        return Bound("next.carried", carried, next_carried), None, None, values[3]
    return values


def next_carried(state: "Any", *_: "Any") -> "Any":
    """The iterator that `forstart` puts in the place of `next`."""
    h = state.h
    table = h["table"].h
    keys = h["keys"].h
    at = h["at"]
    while True:
        at += 1
        if at not in keys:
            return None
        key = keys.pop(at)
        h["at"] = at
        if key in table:
            return key, table[key]
