"""Room in the dicts of large tables, so that MicroPython finds quickly what is not in them.

MicroPython lets a dict fill up to its last slot before it makes a larger one, and looks for a key
in one slot after the other until there is a free one: what is not there, a word that is counted for
the first time, say, costs a walk through hundreds of slots. So a dict gets a table of twice its
size in time. Python has no means for that, machine code has (room_code.py). Where there is none,
and where memory is short, dicts grow as they do.
"""

from builtins import len

from moonhop_core.lua.heap import spacious

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

FIRST = 24  # keys: smaller dicts stay as they are

# Number of keys -> slots to have from then on; empty where dicts stay as they are.
ROOM: "dict[int, int]" = {}


def widen(h: "dict[Any, Any]") -> None:
    """Give a dict with a number of keys that is in ROOM its new slots."""
    from moonhop_core.lua.room_code import move, slots_of

    count = ROOM[len(h)]
    if slots_of(h) < count:
        move(h, count)


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


if spacious():
    from moonhop_core.lua.room_code import works

    if works():
        ROOM.update(thresholds())
