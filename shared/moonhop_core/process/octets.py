"""Strings of code points 0..255 (how engine python and images hold Lua strings) and bytes.

On MicroPython `str.encode` knows UTF-8 only, whatever it is asked for; hence these two.
"""

import sys

if sys.implementation.name == "micropython":

    def to_bytes(text: str) -> bytes:
        """Return the bytes that the code points stand for. Raises ValueError above 255."""
        return bytes(map(ord, text))

    def from_bytes(data: "bytes | bytearray | memoryview") -> str:
        """Return the string whose code points are these bytes."""
        return "".join(map(chr, data))

else:

    def to_bytes(text: str) -> bytes:
        """Return the bytes that the code points stand for. Raises ValueError above 255."""
        return text.encode("latin-1")

    def from_bytes(data: "bytes | bytearray | memoryview") -> str:
        """Return the string whose code points are these bytes."""
        return str(data, "latin-1")
