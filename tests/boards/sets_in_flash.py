# mypy: ignore-errors
"""Run by MicroPython: cuts a board's power at each write to its flash, which is LittleFS in RAM.

Goes through the life of two sets up to the write at which power is cut, half-way through it; mounts
what is left, and looks what the starter makes of it. Prints how many cuts there were.
"""

from flash import Flash, PowerCut, formatted, make_set, mounted, unmount

import moonhop_start

BLOCKS = 64


def life(done, passes):
    """An update to a set that passes its trial, or does not; note what is acknowledged."""
    assert moonhop_start.choose()["set"] == "old"
    assert moonhop_start.good(True)
    make_set("new", {"moonhop_board.py": "n" * 700, "wifi.py": "x"})
    moonhop_start.stage("new")
    done.append("staged")
    how = moonhop_start.choose()
    done.append("tried")
    assert (how["set"], how["trial"]) == ("new", True), how
    if passes:
        assert moonhop_start.good(True)
        done.append("kept")
    how = moonhop_start.choose()
    assert how["set"] == ("new" if passes else "old"), how
    done.append("over")
    if not passes:
        assert how["failed"] == "new", how


def check(done, how):
    """What was acknowledged before the cut holds after it."""
    assert how is not None, done
    assert moonhop_start.is_whole(how["set"], True), (done, how)
    last = done[-1] if done else ""
    if not done:  # not staged, or staged and not told so any more
        assert how["set"] == "old" or how["trial"], how
    elif last == "staged":  # it is tried now, or was just counted as tried
        assert how["trial"] or how["failed"] == "new", how
    elif last == "tried":
        assert how["set"] == "old" or (how["set"] == "new" and not how["trial"]), how
    elif last == "kept":
        assert (how["set"], how["trial"]) == ("new", False), how
    assert how["safe"] is None, how


def cuts(passes):
    """Cut power at the first write, the second …, until it goes through; return their number."""
    before = formatted(BLOCKS, "old", {"moonhop_board.py": "o" * 700, "wifi.py": "y"})
    number = 0
    while True:
        flash = Flash(bytearray(before), number)
        mounted(flash)
        done = []
        try:
            life(done, passes)
            unmount()
            return number
        except PowerCut:
            unmount()
        flash.forgotten = True
        mounted(Flash(flash.data))
        check(done, moonhop_start.choose())
        unmount()
        number += 1


print("cuts", cuts(True), cuts(False))
