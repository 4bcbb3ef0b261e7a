# mypy: ignore-errors
"""Run by MicroPython: cuts a board's power at each write to its flash, which is LittleFS in RAM.

Goes through the life of two sets up to the write at which power is cut, half-way through it; mounts
what is left, and looks what the starter makes of it. Prints how many cuts there were.
"""

import json
import os

import vfs

import moonhop_start

BLOCK, BLOCKS = 512, 64
FLASH = "/flash"


class PowerCut(BaseException):
    """Nothing may catch this one."""


class Flash:
    """A block device; with `left`, power is cut amid the write with that number. Nothing is written
    from then on, though MicroPython still tries to close what was open."""

    def __init__(self, data, left=None):
        self.data = data
        self.left = left
        self.forgotten = False  # what is collected later may be closed in silence

    def _cuts(self):
        """Count a write; tell whether there is power for all of it. Raises PowerCut: for none."""
        if self.left is None:
            return False
        self.left -= 1
        if self.left < -1:
            raise PowerCut
        return self.left == -1

    def readblocks(self, block, buffer, offset=0):
        if not self.forgotten:
            at = block * BLOCK + offset
            buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        if self.forgotten:
            return
        at = block * BLOCK + offset
        cut = self._cuts()
        size = len(buffer) // 2 if cut else len(buffer)
        self.data[at : at + size] = buffer[:size]
        if cut:
            raise PowerCut

    def ioctl(self, what, argument):
        if what == 4:
            return BLOCKS
        if what == 5:
            return BLOCK
        if what == 6 and not self.forgotten:  # erase
            if self._cuts():
                raise PowerCut
            self.data[argument * BLOCK : (argument + 1) * BLOCK] = b"\xff" * BLOCK
        return 0


def mounted(flash):
    vfs.mount(vfs.VfsLfs2(flash), FLASH)
    os.chdir(FLASH)


def unmount():
    os.chdir("/")
    vfs.umount(FLASH)


def make_set(name, files):
    """Write a set as an update does: the list of its files last."""
    folder = "sets/" + name
    if "sets" not in os.listdir():
        os.mkdir("sets")
    os.mkdir(folder)
    listed = {}
    for path, text in files.items():
        place = f"{folder}/{path}"
        with open(place, "w") as file:
            file.write(text)
        listed[path] = [len(text), moonhop_start._hash(place)]
    with open(folder + "/set.json", "w") as file:
        json.dump({"version": "1", "files": listed}, file)


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
    flash = Flash(bytearray(BLOCK * BLOCKS))
    vfs.VfsLfs2.mkfs(flash)
    mounted(flash)
    make_set("old", {"moonhop_board.py": "o" * 700, "wifi.py": "y"})
    unmount()
    before = bytes(flash.data)
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
