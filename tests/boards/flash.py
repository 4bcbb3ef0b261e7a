# mypy: ignore-errors
"""A board's flash, which is LittleFS in RAM, for scripts that MicroPython runs: power can be cut
amid any write to it."""

import json
import os

import vfs

import moonhop_start

BLOCK = 512
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
            return len(self.data) // BLOCK
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


def formatted(blocks, name, files):
    """Return the content of a flash of so many blocks that has one set."""
    flash = Flash(bytearray(BLOCK * blocks))
    vfs.VfsLfs2.mkfs(flash)
    mounted(flash)
    make_set(name, files)
    unmount()
    return bytes(flash.data)
