"""Machine code that gives a dict of MicroPython new slots, by writing over a few of its words.

It is compiled when this is loaded, and it is tried out before it is used: first whether a dict
looks as it is thought to, then whether one that was changed is whole. See room.py.
"""

from builtins import Exception, MemoryError, bytearray, range, sorted, str
from sys import maxsize

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

# A dict is four words: type, number of keys and three flags, number of slots, where these are.
# `word`: half words of 32 bits in each.
VIPER = """
import micropython
from builtins import id
@micropython.viper
def word_of(h, at: int) -> int:
    return ptr32(id(h))[at]
@micropython.viper
def mount(h, slots, count: int):
    p = ptr32(id(h))
    at = int(ptr8(slots))
    p[2 * %(word)d] = count
    p[3 * %(word)d] = at
    if %(word)d == 2:
        p[7] = at >> 32
@micropython.viper
def swap(a, b):
    p = ptr32(id(a))
    q = ptr32(id(b))
    at = %(word)d
    while at < 4 * %(word)d:
        kept = p[at]
        p[at] = q[at]
        q[at] = kept
        at += 1
"""
WORD = 2 if maxsize >> 32 else 1
code: "dict[str, Any]" = {}  # the functions of VIPER


def slots_of(h: "dict[Any, Any]") -> int:
    """Return how many slots a dict has."""
    count: int = code["word_of"](h, 2 * WORD)
    return count


def move(h: "dict[Any, Any]", count: int) -> None:
    """Put what is in a dict into that many new slots."""
    try:
        slots = bytearray(8 * WORD * count)
    except MemoryError:
        return
    wide: "dict[Any, Any]" = {}
    code["mount"](wide, slots, count)
    wide.update(h)
    code["swap"](h, wide)
    wide.clear()


def works() -> bool:
    """Compile the code, and tell whether it does what it should."""
    try:
        exec(VIPER % {"word": WORD}, code)
    except Exception:  # the port makes no machine code, or has no compiler
        return False
    word_of = code["word_of"]
    sample: "dict[Any, Any]" = {}
    if word_of(sample, WORD) >> 3 or word_of(sample, 2 * WORD) or word_of(sample, 3 * WORD):
        return False
    for at in range(7):
        sample["room" + str(at)] = at
    if word_of(sample, WORD) >> 3 != 7 or not 7 <= word_of(sample, 2 * WORD) < 20:
        return False
    if WORD == 2 and (word_of(sample, 3) or word_of(sample, 5)):
        return False
    move(sample, 23)
    if word_of(sample, WORD) >> 3 != 7 or word_of(sample, 2 * WORD) != 23:
        return False
    return sorted(sample.items()) == [("room" + str(at), at) for at in range(7)]
