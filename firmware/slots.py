"""The two places for a firmware in flash, where the build has OTA slots (NMP-064).

The boot loader starts the one that was chosen last, and goes back to the other one unless this one
was called good before the next reset. Loaded for an update only.
"""

import asyncio
import hashlib

from esp32 import Partition

from moonhop_core.node.messages import FAILED, RequestError

BLOCK = 4096  # bytes


async def has(image):
    """Tell whether the running firmware is this one: size in bytes and SHA-256."""
    return await _digits(Partition(Partition.RUNNING), image[0]) == image[1]


async def fetch(get, image):
    """Write a firmware into the place that does not run; `get` fetches a file of the host, by size
    and hash, into a function. Raises RequestError."""
    place = _other()
    room = place.ioctl(4, 0) * BLOCK
    if image[0] > room:
        text = "the firmware has %d bytes, its place in flash %d"
        raise RequestError(FAILED, text % (image[0], room))
    if await _digits(place, image[0]) == image[1]:  # an earlier attempt has brought it
        return 0
    writer = _Blocks(place)
    await get(image, writer.take)
    writer.end()
    if await _digits(place, image[0]) != image[1]:
        raise RequestError(FAILED, "flash does not hold the firmware that was written")
    return image[0]


def choose():
    """Have the next boot start the other firmware. Raises RequestError if the chip refuses it."""
    try:
        _other().set_boot()
    except OSError as error:
        raise RequestError(FAILED, "the chip refuses the firmware: %s" % error)


def _other():
    return Partition(Partition.RUNNING).get_next_update()


async def _digits(place, size):
    """Return the SHA-256 of so many bytes at a place's beginning."""
    hash = hashlib.sha256()
    block = bytearray(BLOCK)
    for number in range(-(-size // BLOCK)):
        place.readblocks(number, block)
        hash.update(memoryview(block)[: min(BLOCK, size - number * BLOCK)])
        await asyncio.sleep(0)  # others have their turn
    return "".join("%02x" % byte for byte in hash.digest())


class _Blocks:
    """Writes what comes in pieces by whole blocks."""

    def __init__(self, place):
        self._place = place
        self._block = bytearray(BLOCK)
        self._number = 0
        self._filled = 0

    def take(self, piece):
        at = 0
        while at < len(piece):
            count = min(len(piece) - at, BLOCK - self._filled)
            self._block[self._filled : self._filled + count] = piece[at : at + count]
            self._filled += count
            at += count
            if self._filled == BLOCK:
                self._write()

    def end(self):
        """Write what is left."""
        if self._filled:
            self._write()

    def _write(self):
        self._place.writeblocks(self._number, self._block)
        self._number += 1
        self._filled = 0
