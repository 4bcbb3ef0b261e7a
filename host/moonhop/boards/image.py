"""Reads Espressif's images: what a chip's ROM boots, and what the boot loader starts.

An image is a header of 24 bytes, segments with 8 bytes in front of each, a checksum in the last
byte of a block of 16, and perhaps the SHA-256 of all that. A firmware file holds the flash's
contents from the boot loader on: its image, the partition table, the application's image.
"""

import hashlib
import struct
from dataclasses import dataclass

from moonhop_core.errors import MoonhopError

MAGIC = 0xE9
HEADER = struct.Struct("<BBBBI4xH9xB")  # the chip at 12, "a hash is appended" at 23
SEGMENT = struct.Struct("<II")  # address, size
SEED = 0xEF  # of the checksum: all bytes of all segments, exclusive or
MOST_SEGMENTS = 16
DESCRIPTION = struct.Struct("<I12x32s32s")  # begins an application's first segment
DESCRIPTION_MAGIC = 0xABCD5432
TABLE_AT = 0x8000  # in flash
PARTITION = struct.Struct("<2sBBII16sI")
PARTITION_MAGIC = b"\xaa\x50"
APPLICATION = 0  # a partition's type
LOADERS_AT = (0x0, 0x1000, 0x2000)  # where in flash chips look for their boot loader


class ImageError(MoonhopError):
    """A file is no such image, or damaged; the message has no file's name."""


@dataclass(frozen=True)
class Image:
    """One image: the chip's number, the size in bytes; what it says of itself, if it does."""

    chip_id: int
    size: int
    name: str = ""
    version: str = ""


@dataclass(frozen=True)
class Partition:
    """A stretch of flash, in bytes."""

    name: str
    kind: int
    offset: int
    size: int


def read_image(data: bytes) -> Image:
    """Return the image at the beginning of ``data``. Raises ImageError if checksum or hash do not
    fit, or it is none."""
    if data[:1] != bytes((MAGIC,)):
        raise ImageError("it does not begin as an image for these chips does")
    try:
        _, count, _, _, _, chip_id, hashed = HEADER.unpack_from(data)
        if not 0 < count <= MOST_SEGMENTS:
            raise ImageError(f"it says that it has {count} segments")
        place, check, first = HEADER.size, SEED, b""
        for _ in range(count):
            _, size = SEGMENT.unpack_from(data, place)
            place += SEGMENT.size
            segment = data[place : place + size]
            if len(segment) < size:
                raise ImageError("its end is missing")
            first = first or segment
            for byte in segment:
                check ^= byte
            place += size
        place |= 15  # the checksum is the last byte of the block
        if data[place] != check:
            raise ImageError("its checksum is wrong")
    except (struct.error, IndexError):
        raise ImageError("its end is missing") from None
    end = place + 1
    if hashed:
        if data[end : end + 32] != hashlib.sha256(data[:end]).digest():
            raise ImageError("its SHA-256 is wrong")
        end += 32
    name, version = _description(first)
    return Image(chip_id, end, name, version)


def segments(data: bytes) -> list[bytes]:
    """Return the segments of an image that ``read_image`` has found whole."""
    found, place = [], HEADER.size
    for _ in range(data[1]):
        _, size = SEGMENT.unpack_from(data, place)
        place += SEGMENT.size + size
        found.append(data[place - size : place])
    return found


def application_in(data: bytes) -> bytes:
    """Return the bytes of the application in a file: a whole firmware, or an application alone.
    Raises ImageError."""
    image = read_image(data)
    if image.name:
        return data[: image.size]
    offset = next((each for each in LOADERS_AT if partitions(data, each)), LOADERS_AT[0])
    size = read_application(data, offset).size
    at = next(p.offset for p in partitions(data, offset) if p.kind == APPLICATION) - offset
    return data[at : at + size]


def partitions(data: bytes, offset: int) -> list[Partition]:
    """Return the partitions of a firmware that goes to ``offset`` in flash."""
    found = []
    for place in range(TABLE_AT - offset, TABLE_AT - offset + 0xC00, PARTITION.size):
        entry = data[place : place + PARTITION.size]
        if len(entry) < PARTITION.size or not entry.startswith(PARTITION_MAGIC):
            break
        _, kind, _, start, size, label, _ = PARTITION.unpack(entry)
        found.append(Partition(_text(label), kind, start, size))
    return found


def read_application(data: bytes, offset: int) -> Image:
    """Return the application in a firmware that goes to ``offset`` in flash. Raises ImageError if
    there is none, or it is damaged."""
    for partition in partitions(data, offset):
        if partition.kind == APPLICATION:
            image = read_image(data[partition.offset - offset :])
            if image.size > partition.size:
                raise ImageError("its application is larger than the place for it")
            return image
    raise ImageError("it has no partition with an application")


def _description(segment: bytes) -> tuple[str, str]:
    """Return name and version of an application."""
    if len(segment) < DESCRIPTION.size:
        return "", ""
    magic, version, name = DESCRIPTION.unpack_from(segment)
    return (_text(name), _text(version)) if magic == DESCRIPTION_MAGIC else ("", "")


def _text(field: bytes) -> str:
    return field.split(b"\0")[0].decode("ascii", "replace")
