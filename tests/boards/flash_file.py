# mypy: ignore-errors
"""Run by MicroPython: flash that is a file of this machine, as a block device with a LittleFS. If
there is a file CUT beside it, power is cut amid the write whose number, from 0 on, stands there."""

import os

import machine
import vfs

BLOCK = 4096  # bytes, erased at once
CUT = ".cut"
PLACE = "/flash"


class FlashFile:
    def __init__(self, path):
        self.file = open(path, "r+b")  # noqa: SIM115
        self.count = os.stat(path)[6] // BLOCK
        self.writes = 0  # and blocks that were erased
        self.cut = path + CUT
        try:
            with open(self.cut) as file:
                self.last = int(file.read())
        except OSError:
            self.last = -1

    def readblocks(self, block, buffer, offset=0):
        self.file.seek(block * BLOCK + offset)
        self.file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self.file.seek(block * BLOCK + offset)
        if self.writes == self.last:
            self.file.write(buffer[: len(buffer) // 2])
            os.remove(self.cut)
            machine.cut_power()
        self.writes += 1
        self.file.write(buffer)

    def ioctl(self, what, argument):
        if what == 6:  # erase
            self.writeblocks(argument, b"\xff" * BLOCK)
        return {4: self.count, 5: BLOCK}.get(what, 0)


mounted = []


def mount(path):
    """Mount the file's LittleFS as where the board is, made anew if there is none in it."""
    flash = FlashFile(path)
    mounted.append(flash)
    try:
        made = vfs.VfsLfs2(flash)
    except OSError:
        vfs.VfsLfs2.mkfs(flash)
        made = vfs.VfsLfs2(flash)
    vfs.mount(made, PLACE)
    os.chdir(PLACE)
