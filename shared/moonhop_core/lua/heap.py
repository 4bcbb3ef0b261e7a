"""How large MicroPython's heap is: what is quick with much memory would fill a small board."""

import gc
from sys import implementation

SPACIOUS = 500000  # bytes of heap


def spacious() -> bool:
    """Tell whether this is MicroPython, with room for machine code and large tables."""
    if implementation.name == "cpython":
        return False
    return gc.mem_alloc() + gc.mem_free() > SPACIOUS  # type: ignore[attr-defined,no-any-return]
