"""Keeps MicroPython's heap in one piece while the compiler runs.

Trees and texts of all sizes come and go. If the collector waits until the heap is full, what lives
on is strewn all over it, and there is no room in one piece for the module's text.
"""

import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PART = 16  # of the heap is allocated between two collections


def compact(function: "Callable[..., Any]", *args: "Any") -> "Any":
    """Return what a function returns, called with the collector at work early and often."""
    threshold = getattr(gc, "threshold", None)  # CPython has none
    if threshold is None:
        return function(*args)
    before = threshold()
    threshold((gc.mem_free() + gc.mem_alloc()) // PART)  # type: ignore[attr-defined]
    try:
        return function(*args)
    finally:
        threshold(before)
