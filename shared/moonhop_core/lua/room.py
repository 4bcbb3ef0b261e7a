"""Room in the dicts of large tables, so that MicroPython finds quickly what is not in them.

MicroPython lets a dict fill up to its last slot before it makes a larger one, and looks for a key
in one slot after the other until there is a free one: what is not there, a word that is counted for
the first time, say, costs a walk through hundreds of slots. So a dict gets a table of twice its
size in time. Python has no means for that; a few words of the dict are written over by machine
code, which is compiled here when this is loaded, and tried out: where it does not work, and where
memory is short, dicts grow as they do.
"""

import gc
from builtins import Exception, MemoryError, bytearray, len, range, sorted, str
from sys import implementation, maxsize

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
SPACIOUS = 500000  # bytes of heap
FIRST = 24  # keys: smaller dicts stay as they are

# Number of keys -> slots to have from then on; empty where dicts stay as they are.
ROOM: "dict[int, int]" = {}
code: "dict[str, Any]" = {}  # the functions of VIPER


def widen(h: "dict[Any, Any]") -> None:
    """Give a dict with a number of keys that is in ROOM its new slots."""
    count = ROOM[len(h)]
    if code["word_of"](h, 2 * WORD) < count:
        move(h, count)


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


def thresholds() -> "dict[int, int]":
    """Return the numbers of keys at which a dict is widened, and to what."""
    found = {}
    count = FIRST
    while count < 1 << 20:
        slots = 2 * count + 1
        while not (slots % 3 and slots % 5 and slots % 7 and slots % 11):
            slots += 2
        found[count] = slots
        count += count // 2
    return found


def spacious() -> bool:
    """Tell whether the heap has room for tables of twice the size: a small board has not."""
    return gc.mem_alloc() + gc.mem_free() > SPACIOUS  # type: ignore[attr-defined,no-any-return]


if implementation.name != "cpython" and spacious() and works():
    ROOM.update(thresholds())
