"""The generic `for` (manual 3.3.5): what it runs over, in direct and in frame form."""

from builtins import getattr, len, range, tuple, type

from moonhop_core.lua.errors import type_error
from moonhop_core.lua.functions import Bound
from moonhop_core.lua.loops import iterator_call
from moonhop_core.lua.values import Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


def iterate(state: "Sequence[Any]") -> "Iterator[Any]":
    """Run a generic `for`; gives each turn's result tuple, until its first value is nil."""
    func, obj, control = state[0], state[1], state[2]
    while True:
        result = iterator_call(func, obj, control)
        if not result or result[0] is None:
            return
        control = result[0]
        yield result


def iterate1(state: "Sequence[Any]") -> "Iterator[Any]":
    """The same for one variable: gives the first value only."""
    func, obj, control = state[0], state[1], state[2]
    while True:
        result = iterator_call(func, obj, control)
        if not result or result[0] is None:
            return
        control = result[0]
        yield control


def iterate2(state: "Sequence[Any]") -> "Iterator[Any]":
    """The same for two variables: gives pairs."""
    func, obj, control = state[0], state[1], state[2]
    try:
        run = func.c2
    except AttributeError:
        iterator_call(func, obj, control)
    while True:
        result = run(obj, control)
        if type(result) is tuple:
            if len(result) == 2:
                control = result[0]
                if control is None:
                    return
                yield result
            elif result and result[0] is not None:
                control = result[0]
                yield result[:2]
            else:
                return
        elif result is None:
            return
        else:
            control = result
            yield result, None


MANY = 100  # keys that are not listed before a loop knows that it wants more than one


def many_keys(table: "Any") -> "Iterator[Any]":
    """List the keys of a big table, but only once the second one is asked for."""
    start = table.next(None)[0]
    yield start
    for key in table.listed():
        if key is not start:
            yield key


COUNT = range(1, 0x3FFFFFFF)  # the keys that `ipairs` may have


def forarray(func: "Any", table: "Any") -> "tuple[Any, Any]":
    """Start a loop over `func(table)`, where func is most likely the builtin `ipairs`.

    Returns keys and the dict to look them up in, until one is missing; None and None if the
    function has to be called.
    """
    if type(table) is Table and table.meta is None and getattr(func, "proto", None) == "ipairs":
        return COUNT, table.h
    return None, None


def forpairs(func: "Any", table: "Any") -> "tuple[Any, Any]":
    """The same for `pairs`; keys that are missing are passed over."""
    if type(table) is not Table or getattr(func, "proto", None) != "pairs":
        return None, None
    if table.meta is not None and "__pairs" in table.meta.h:
        return None, None
    return many_keys(table) if len(table.h) > MANY else table.listed(), table.h


def forresult(result: "Any") -> "tuple[Any, Any]":
    """Do what `forkeys` does for the values that a call gave."""
    func, state, control = three(result)
    return forkeys(func, state, control)


def forvalues(result: "Any") -> "tuple[Any, Any]":
    """Start a generic `for` of one or two variables on the values that a call gave; there are
    always pairs."""
    return pairs_of(three(result)), None


def pairs_of(state: "Sequence[Any]") -> "Iterator[Any]":
    """Run a generic `for` of two variables: as `iterate2`, or as the iterator itself does it."""
    if type(state[0]) is Bound and state[0].each is not None:
        pairs: "Iterator[Any]" = state[0].each(state[0].state)
        return pairs
    return iterate2(state)


def three(result: "Any") -> "tuple[Any, Any, Any]":
    """Bring the result of a call to three values."""
    values = (result,) if type(result) is not tuple else result
    func, state, control = (tuple(values) + (None, None, None))[:3]
    return func, state, control


def forkeys(func: "Any", state: "Any", control: "Any") -> "tuple[Any, Any]":
    """Start a generic `for` of one or two variables in direct form.

    Returns an iterable and None: it gives pairs; or, for the builtin `next`, the keys and the dict
    to look them up in.
    """
    if type(state) is Table:
        name = getattr(func, "proto", None)
        if name == "next" and control is None:
            if len(state.h) > MANY:
                return many_keys(state), state.h
            return state.listed(), state.h
    elif getattr(func, "proto", None) == "next":
        raise type_error(1, "for iterator", "table", state)
    return pairs_of((func, state, control)), None
