# mypy: ignore-errors
"""Run by MicroPython: flash that is a file of this machine, as a block device."""

import os

BLOCK = 4096  # bytes, erased at once


class FlashFile:
    def __init__(self, path):
        self.file = open(path, "r+b")  # noqa: SIM115
        self.count = os.stat(path)[6] // BLOCK

    def readblocks(self, block, buffer, offset=0):
        self.file.seek(block * BLOCK + offset)
        self.file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self.file.seek(block * BLOCK + offset)
        self.file.write(buffer)

    def ioctl(self, what, argument):
        if what == 6:  # erase
            self.writeblocks(argument, b"\xff" * BLOCK)
        return {4: self.count, 5: BLOCK}.get(what, 0)
