"""The process's own plain values in its image records: the notation of `image.py`, and lists.

Floats go as bits (MicroPython's decimals do not round-trip), strings carry a letter in front so
that nothing else is mistaken for them.
"""

import struct
from binascii import hexlify, unhexlify

from moonhop_core.process.engine import Kept, Obj

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


def float_mark(value: float) -> str:
    """Return a float as `dHHHHHHHHHHHHHHHH`, without the zeros at the end."""
    return "d" + hexlify(struct.pack(">d", value)).decode().rstrip("0")


def read_float(mark: str) -> float:
    """Return the float of a `d…` mark. Raises ValueError if it is none."""
    digits = mark[1:]
    if len(digits) != 16:
        if len(digits) > 16:
            raise ValueError("bad float " + mark)
        digits += "0000000000000000"[len(digits) :]
    value: float = struct.unpack(">d", unhexlify(digits))[0]
    return value


def pack(value: "Any") -> "Any":
    """Return a plain value (or Kept, Obj) as JSON."""
    kind = type(value)
    if value is None or kind is bool or kind is int:
        return value
    if kind is str:
        return "s" + value
    if kind is float:
        return float_mark(value)
    if kind is list or kind is tuple:
        return [pack(v) for v in value]
    if kind is dict:
        return {"pairs": [[pack(k), pack(v)] for k, v in value.items()]}
    if kind is Kept:
        return "h%d" % value.handle
    if kind is Obj:
        return "o%s:%d" % (value.kind, value.ident)
    raise ValueError("cannot write a " + str(kind))


def unpack(value: "Any") -> "Any":
    """Return what `pack` was given. Raises ValueError if the JSON is not of its making."""
    kind = type(value)
    if value is None or kind is bool or kind is int:
        return value
    if kind is list:
        return [unpack(v) for v in value]
    if kind is dict:
        return {unpack(k): unpack(v) for k, v in value["pairs"]}
    if kind is str:
        letter = value[:1]
        if letter == "s":
            return value[1:]
        if letter == "d":
            return read_float(value)
        if letter == "h":
            return Kept(int(value[1:]))
        if letter == "o":
            name, ident = value[1:].split(":")
            return Obj(name, int(ident))
    raise ValueError("bad value in the image")


def pack_list(values: "list[Any]") -> "list[Any]":
    """Pack each value of a list."""
    return [pack(v) for v in values]


def unpack_list(values: "list[Any]") -> "list[Any]":
    """Unpack each value of a list."""
    return [unpack(v) for v in values]
