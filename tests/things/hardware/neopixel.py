"""MicroPython's frozen module `neopixel`, which the unix port has not, as its documentation tells
it: colours go out as green, red, blue."""

# mypy: ignore-errors

from machine import bitstream


class NeoPixel:
    def __init__(self, pin, n):
        self.pin = pin
        self.n = n
        self.buf = bytearray(3 * n)

    def __len__(self):
        return self.n

    def __setitem__(self, i, colour):
        red, green, blue = colour
        self.buf[3 * i : 3 * i + 3] = bytes((green, red, blue))

    def __getitem__(self, i):
        green, red, blue = self.buf[3 * i : 3 * i + 3]
        return red, green, blue

    def fill(self, colour):
        for i in range(self.n):
            self[i] = colour

    def write(self):
        bitstream(self.pin, 0, (400, 850, 800, 450), self.buf)
