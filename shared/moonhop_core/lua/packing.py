"""string.pack, packsize and unpack (manual 6.4.2); sizes are those of 64-bit Linux."""

import struct

from moonhop_core.lua.arguments import (
    integer_argument,
    number_argument,
    optional_integer,
    text_argument,
)
from moonhop_core.lua.errors import MISSING, LuaError, argument_error, type_error
from moonhop_core.lua.latin1 import from_bytes, to_bytes
from moonhop_core.lua.text import check_length
from moonhop_core.lua.values import results

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

INTEGERS = {"b": 1, "h": 2, "l": 8, "j": 8, "i": 4}  # in capitals: unsigned
FLOATS = {"f": (4, "f"), "d": (8, "d"), "n": (8, "d")}
MOST_SIZE = 0x7FFFFFFF
LONG = 100_000  # bytes of a text of fixed size


class Reader:
    """Reads a format: `next` returns one option after another."""

    def __init__(self, text: str, function: str):
        self.text = text
        self.at = 0
        self.little = True
        self.max_align = 1
        self.function = function

    def number(self, default: int) -> int:
        """Read the digits that follow, if any."""
        text = self.text
        if not "0" <= text[self.at : self.at + 1] <= "9":
            return default
        value = 0
        while "0" <= text[self.at : self.at + 1] <= "9" and value <= (MOST_SIZE - 9) // 10:
            value = value * 10 + int(text[self.at])
            self.at += 1
        return value

    def limited(self, default: int) -> int:
        """Read an integer's size."""
        size = self.number(default)
        if not 1 <= size <= 16:
            raise LuaError("integral size (%d) out of limits [1,16]" % size, 1)
        return size

    def option(self) -> "tuple[str, int]":
        """Read one option: its kind and size.

        Kinds: i u (integers) f (float) c (fixed text) s (text after its length) z x X, and "" for
        those that only set something.
        """
        letter = self.text[self.at : self.at + 1]
        self.at += 1
        small = letter.lower()
        if letter == "i" or letter == "I":
            return ("i" if letter == "i" else "u"), self.limited(4)
        if letter == "T":
            return "u", 8
        if small in INTEGERS:
            return ("i" if letter == small else "u"), INTEGERS[small]
        if letter in FLOATS:
            return "f", FLOATS[letter][0]
        if letter == "s":
            return "s", self.limited(8)
        if letter == "c":
            size = self.number(-1)
            if size < 0:
                raise LuaError("missing size for format option 'c'", 1)
            return "c", size
        if letter == "z" or letter == "X":
            return letter, 0
        if letter == "x":
            return "x", 1
        if letter == "<" or letter == "=":
            self.little = True
        elif letter == ">":
            self.little = False
        elif letter == "!":
            self.max_align = self.limited(8)
        elif letter != " ":
            raise LuaError("invalid format option '%s'" % letter, 1)
        return "", 0

    def check(self) -> None:
        """Read the rest for its errors only."""
        rest = Reader(self.text, self.function)
        rest.at = self.at
        rest.max_align = self.max_align
        while rest.at < len(rest.text):
            rest.next(0)

    def next(self, total: int) -> "tuple[str, int, int]":
        """Read one option; return its kind, its size, and the padding it needs at `total`."""
        kind, size = self.option()
        align = size
        if kind == "X":
            follows = ""
            if self.at < len(self.text):
                follows, align = self.option()
            if follows in ("", "c") or align == 0:
                raise argument_error(1, self.function, "invalid next option for option 'X'")
        if align <= 1 or kind in ("", "c", "x", "z"):
            return kind, size, 0
        align = min(align, self.max_align)
        if align & (align - 1):
            raise argument_error(1, self.function, "format asks for alignment not power of 2")
        return kind, size, -total % align


def pack(*args: "Any") -> str:
    """string.pack(fmt, v1, v2, ···)"""
    if not args:
        raise type_error(1, "pack", "string", MISSING)
    reader = Reader(text_argument(args[0], 1, "pack"), "pack")
    out = bytearray()
    size = len(reader.text)
    n = 1
    while reader.at < size:
        kind, width, padding = reader.next(len(out))
        if padding:
            out.extend(bytes(padding))
        if kind in ("", "X"):
            continue
        if kind == "x":
            out.append(0)
            continue
        value = args[n] if n < len(args) else MISSING
        n += 1
        if value is MISSING:
            expected = "string" if kind in "csz" else "number"
            raise type_error(n, "pack", expected, MISSING)
        if kind == "i" or kind == "u":
            value = integer_argument(value, n, "pack")
            if width < 8:
                if kind == "i":
                    if not -(1 << (8 * width - 1)) <= value < 1 << (8 * width - 1):
                        raise argument_error(n, "pack", "integer overflow")
                elif not 0 <= value < 1 << (8 * width):
                    raise argument_error(n, "pack", "unsigned overflow")
            extended = width > 8 and kind == "u" and value < 0
            value &= 0xFFFFFFFFFFFFFFFF if extended else (1 << (8 * width)) - 1
            out.extend(value.to_bytes(width, "little" if reader.little else "big"))
        elif kind == "f":
            out.extend(float_bytes(float(number_argument(value, n, "pack")), width, reader.little))
        else:
            data = to_bytes(text_argument(value, n, "pack"))
            check_length(len(out) + len(data))
            if kind == "c":
                if len(data) > width:
                    raise argument_error(n, "pack", "string longer than given size")
                if width > LONG:
                    reader.check()  # what cannot succeed takes no memory for it
                    check_length(len(out) + width)
                out.extend(data)
                out.extend(bytes(width - len(data)))
            elif kind == "z":
                if data.find(b"\0") >= 0:
                    raise argument_error(n, "pack", "string contains zeros")
                out.extend(data)
                out.append(0)
            else:
                if width < 8 and len(data) >= 1 << (8 * width):
                    message = "string length does not fit in given size"
                    raise argument_error(n, "pack", message)
                out.extend(len(data).to_bytes(width, "little" if reader.little else "big"))
                out.extend(data)
    return from_bytes(out)


def float_bytes(value: float, width: int, little: bool) -> bytes:
    """Return a float's bytes; too great a one becomes infinity, as in C."""
    code = ("<" if little else ">") + ("f" if width == 4 else "d")
    try:
        return struct.pack(code, value)
    except OverflowError:
        return struct.pack(code, float("inf") if value > 0 else float("-inf"))


def packsize(fmt: "Any" = None) -> int:
    """string.packsize(fmt)"""
    reader = Reader(text_argument(fmt, 1, "packsize"), "packsize")
    total = 0
    while reader.at < len(reader.text):
        kind, width, padding = reader.next(total)
        if kind == "s" or kind == "z":
            raise argument_error(1, "packsize", "variable-length format")
        width += padding
        if total > MOST_SIZE - width:
            raise argument_error(1, "packsize", "format result too large")
        total += width
    return total


def unpack(fmt: "Any" = None, s: "Any" = None, pos: "Any" = None) -> "Any":
    """string.unpack(fmt, s [, pos])"""
    reader = Reader(text_argument(fmt, 1, "unpack"), "unpack")
    data = to_bytes(text_argument(s, 2, "unpack"))
    size = len(data)
    at = optional_integer(pos, 3, "unpack", 1)
    if at < 0:
        at = max(size + at + 1, 1)
    at = max(at - 1, 0)
    if not 0 <= at <= size:
        raise argument_error(3, "unpack", "initial position out of string")
    values: "list[Any]" = []
    end = len(reader.text)
    while reader.at < end:
        kind, width, padding = reader.next(at)
        if padding + width > size - at:
            raise argument_error(2, "unpack", "data string too short")
        at += padding
        chunk = data[at : at + width]
        if kind == "i" or kind == "u":
            values.append(integer_from(chunk, kind == "i", reader.little))
        elif kind == "f":
            code = ("<" if reader.little else ">") + ("f" if width == 4 else "d")
            values.append(struct.unpack(code, chunk)[0])
        elif kind == "c":
            values.append(from_bytes(chunk))
        elif kind == "s":
            length = integer_from(chunk, False, reader.little) & 0xFFFFFFFFFFFFFFFF
            at += width
            if length > size - at:
                raise argument_error(2, "unpack", "data string too short")
            values.append(from_bytes(data[at : at + length]))
            at += length - width
        elif kind == "z":
            zero = data.find(b"\0", at)
            if zero < 0:
                raise argument_error(2, "unpack", "unfinished string for format 'z'")
            values.append(from_bytes(data[at:zero]))
            at = zero + 1
        at += width
    values.append(at + 1)
    return results(values)


def integer_from(chunk: bytes, signed: bool, little: bool) -> int:
    """Return the integer that some bytes stand for, as a Lua integer."""
    width = len(chunk)
    value = int.from_bytes(chunk, "little" if little else "big")
    if width > 8:
        high = value >> 64
        negative = signed and value & 0x8000000000000000
        if high != ((1 << (8 * (width - 8))) - 1 if negative else 0):
            raise LuaError("%d-byte integer does not fit into Lua Integer" % width, 1)
        value &= 0xFFFFFFFFFFFFFFFF
        width = 8
    if (signed or width == 8) and value >> (8 * width - 1):
        value -= 1 << (8 * width)
    return value


# Registered name -> callable, number of parameters (-1: any number).
FUNCTIONS: "dict[str, tuple[Callable[..., Any], int]]" = {
    "string.pack": (pack, -1),
    "string.packsize": (packsize, 1),
    "string.unpack": (unpack, 3),
}
