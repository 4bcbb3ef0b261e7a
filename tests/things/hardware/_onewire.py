"""What MicroPython's C module does with the wire of a 1-wire bus: slots of bits."""

# mypy: ignore-errors

from chips import crc8_maxim as crc8  # noqa: F401
from machine import WORLD


def _chips(pin):
    return WORLD["wire"].get(pin.number, ())


def reset(pin):
    for chip in _chips(pin):
        chip.reset()
    return bool(_chips(pin))


def readbit(pin):
    bit = 1
    for chip in _chips(pin):
        bit &= chip.read()
    return bit


def writebit(pin, bit):
    for chip in _chips(pin):
        chip.write(1 if bit else 0)


def readbyte(pin):
    found = 0
    for bit in range(8):
        found |= readbit(pin) << bit
    return found


def writebyte(pin, byte):
    for bit in range(8):
        writebit(pin, byte >> bit & 1)
