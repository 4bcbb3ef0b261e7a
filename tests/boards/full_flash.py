# mypy: ignore-errors
"""Run by MicroPython: boots a board whose LittleFS is full to the last byte, again and again;
prints what os.statvfs says then: blocks, free ones, free ones for us."""

import os

from flash import Flash, formatted, mounted, unmount

import black_box
import moonhop_start

BLOCKS = 64
FILES = {"moonhop_board.py": "o" * 700, "wifi.py": "y"}


def fill():
    """Fill flash until it takes not a byte more."""
    number, size = 0, 4096
    while size:
        number += 1
        name = f"full{number}"
        try:
            with open(name, "wb") as file:
                file.write(bytes(size))
        except OSError:
            os.remove(name)
            size //= 2


flash = Flash(bytearray(formatted(BLOCKS, "old", FILES)))
mounted(flash)
assert moonhop_start.choose()["set"] == "old"
assert moonhop_start.good(True)
fill()
print(os.statvfs(".")[2:5])
for _ in range(3):
    assert moonhop_start.choose() == {"set": "old", "trial": False, "safe": None, "failed": None}
assert moonhop_start.choose()["safe"]
assert moonhop_start.good(True)
black_box.keep(ValueError("nobody catches this"))
black_box.read()
black_box.clear()
assert moonhop_start.choose()["set"] == "old"
assert moonhop_start.good(True)
unmount()
