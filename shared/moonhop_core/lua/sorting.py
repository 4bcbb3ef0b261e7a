"""The algorithm of table.sort: numbers and strings natively, everything else by merging.

Merging needs few comparisons, which are what is dear here, and ends whatever a comparator says.
"""

import heapq
import sys
from builtins import all, float, int, len, map, min, range, set, str, tuple, type

from moonhop_core.lua.alarm import RANG, over
from moonhop_core.lua.comparison import lt
from moonhop_core.lua.values import FALSE, first

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

RUN = 6  # as long as this, pieces are sorted by insertion
# MicroPython's own sort takes quadratic time on sorted input.
SORTS_WELL = sys.implementation.name == "cpython"


def sort_values(values: "list[Any]", comparator: "Any") -> "list[Any]":
    """Return a list in order: by `<`, or by a Lua function that tells whether a < b."""
    if comparator is None:
        if are_plain(values):
            return sort_plain(values)
        return merge_sort(values, lt)
    call = comparator.c2

    def less(a: "Any", b: "Any") -> bool:
        if RANG:
            over()
        result = call(a, b)
        if type(result) is tuple:
            result = first(result)
        return result is not None and result is not FALSE

    return merge_sort(values, less)


def are_plain(values: "list[Any]") -> bool:
    """Tell whether Python's `<` orders them as Lua's does: all strings, or all numbers, no NaN."""
    kinds = set(map(type, values))
    if kinds == {str} or kinds == {int}:
        return True
    if not kinds <= {int, float}:
        return False
    return all(value == value for value in values)


def sort_plain(values: "list[Any]") -> "list[Any]":
    """Sort what Python compares itself."""
    if SORTS_WELL:
        values.sort()
        return values
    heapq.heapify(values)
    pop = heapq.heappop
    return [pop(values) for _ in range(len(values))]


def merge_sort(values: "list[Any]", less: "Callable[[Any, Any], bool]") -> "list[Any]":
    """Sort from the bottom up: short runs by insertion, then runs are merged in pairs."""
    size = len(values)
    for start in range(0, size, RUN):
        for at in range(start + 1, min(start + RUN, size)):
            value = values[at]
            while at > start and less(value, values[at - 1]):
                values[at] = values[at - 1]
                at -= 1
            values[at] = value
    width = RUN
    while width < size:
        merged: "list[Any]" = []
        for start in range(0, size, 2 * width):
            if RANG:
                over()
            merge(
                values, start, min(start + width, size), min(start + 2 * width, size), less, merged
            )
        values = merged
        width *= 2
    return values


def merge(
    values: "list[Any]",
    left: int,
    middle: int,
    end: int,
    less: "Callable[[Any, Any], bool]",
    out: "list[Any]",
) -> None:
    """Append the runs values[left:middle] and values[middle:end] to `out`, in order."""
    right = middle
    if right < end and left < middle and less(values[right], values[right - 1]):
        append = out.append
        a = values[left]
        b = values[right]
        while True:
            if less(b, a):
                append(b)
                right += 1
                if right == end:
                    break
                b = values[right]
            else:
                append(a)
                left += 1
                if left == middle:
                    break
                a = values[left]
    out.extend(values[left:middle])
    out.extend(values[right:end])
