"""The largest piece of a heap that is free. Fragmentation is what it lacks to all that is free."""

import gc


def largest_piece(free: int) -> int:
    """Return the bytes of the largest piece, to a thirty-second, by asking for pieces; `free` are
    the bytes that are free in all. Takes some collections, so it is not for each second."""
    low, high = 0, free
    while high - low > max(64, high >> 5):
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
    gc.collect()
    return low
