"""Makes firmware files as MicroPython's are laid out, with right checksums and hashes."""

import hashlib
import struct
from pathlib import Path

from moonhop.boards.catalog import load_board
from moonhop.boards.image import TABLE_AT
from moonhop.boards.schema import CHIPS

APP_AT = 0x10000  # in flash
NVS_AT = 0x9000
LONG = "ESP32_GENERIC-20250415-v1.25.0.bin"


def image(chip_id: int, *segments: bytes, hashed: bool = True) -> bytes:
    """Return one image of these segments (sizes are multiples of 4)."""
    out = bytearray(struct.pack("<BBBBI", 0xE9, len(segments), 2, 0x20, 0x40080000))
    out += struct.pack("<B3sHBHH4sB", 0xEE, bytes(3), chip_id, 0, 0, 0xFFFF, bytes(4), hashed)
    check = 0xEF
    for number, segment in enumerate(segments):
        out += struct.pack("<II", 0x3F400020 + 0x10000 * number, len(segment)) + segment
        for byte in segment:
            check ^= byte
    out += bytes(15 - len(out) % 16) + bytes((check,))
    return bytes(out) + (hashlib.sha256(out).digest() if hashed else b"")


def description(name: str, version: str) -> bytes:
    """Return what begins an application's first segment."""
    head = struct.pack("<II8s32s32s", 0xABCD5432, 0, b"", version.encode(), name.encode())
    return head.ljust(256, b"\0")


def application(chip_id: int, name: str = "micropython", version: str = "v1.25.0") -> bytes:
    """Return the image of an application, 20 kB of code."""
    code = b"".join(hashlib.sha256(bytes((n % 256, n >> 8))).digest() for n in range(640))
    return image(chip_id, description(name, version), code)


def firmware(
    board: str = "esp32",
    *,
    app: bytes | None = None,
    chip_id: int | None = None,
    storage: int = 0x200000,  # bytes of the file system
) -> bytes:
    """Return a whole firmware for a board: boot loader, partition table, application."""
    wants = load_board(board).firmware
    assert wants
    if chip_id is None:
        chip_id = CHIPS[load_board(board).chip] or 0
    table = b""
    for kind, sub, offset, size, label in (
        (1, 2, NVS_AT, 0x6000, b"nvs"),
        (0, 0, APP_AT, 0x1F0000, b"factory"),
        (1, 0x81, 0x200000, storage, b"vfs"),
    ):
        table += struct.pack("<2sBBII16sI", b"\xaa\x50", kind, sub, offset, size, label, 0)
    table += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(table).digest()
    loader = image(chip_id, b"loader: " * 512)
    out = loader.ljust(TABLE_AT - wants.offset, b"\xff") + table
    return out.ljust(APP_AT - wants.offset, b"\xff") + (app or application(chip_id))


def write(folder: Path, data: bytes, name: str = LONG) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(data)
    return path
