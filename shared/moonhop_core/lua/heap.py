"""How large MicroPython's heap is: what is quick with much memory would fill a small board."""

import gc
from sys import implementation

SPACIOUS = 500000  # bytes of heap


def size() -> int:
    """Return how many bytes the heap has: as good as no end on CPython."""
    if implementation.name == "cpython":
        return 1 << 62
    return gc.mem_alloc() + gc.mem_free()  # type: ignore[attr-defined,no-any-return]


def spacious() -> bool:
    """Tell whether this is MicroPython, with room for machine code and large tables."""
    return SPACIOUS < size() < 1 << 62
