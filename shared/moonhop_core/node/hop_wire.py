"""What goes over `hop/<transfer>/image` and `hop/<transfer>/ack` (NMP-043, NMP-044).

Image: number (4 bytes), kind (1 byte), CRC-32 of all the rest (4 bytes), data. Kind 0 is data of
the image; kind 1 comes once, last, with JSON: {"sha", "bytes", "seq"}.

Ack, JSON. From the source: {"open": [filter …], "round": r}. From the target: {"next": number,
"round": r, "window", "chunk"} first, {"next": number} after, {"next": number, "sha"} last, or
{"error": text, "code"}.
"""

import struct
from binascii import crc32, hexlify
from hashlib import sha256

DATA = 0
LAST = 1
HEAD = 9  # bytes


def pack(number: int, kind: int, data: bytes) -> bytes:
    """Return the payload of a chunk."""
    front = struct.pack(">IB", number, kind)
    return front + struct.pack(">I", crc32(data, crc32(front))) + data


def unpack(payload: bytes) -> "tuple[int, int, bytes] | None":
    """Return number, kind and data of a chunk, or None if it is damaged."""
    if len(payload) < HEAD:
        return None
    number, kind, check = struct.unpack(">IBI", payload[:HEAD])
    data = payload[HEAD:]
    if crc32(data, crc32(payload[:5])) != check or kind > LAST:
        return None
    return number, kind, data


class Cutter:
    """Cuts lines into chunks of a given size and hashes them on the way."""

    def __init__(self, size: int):
        self.size = size
        self.chunks: "list[bytes | None]" = []
        self.bytes = 0
        self._hash = sha256()
        self._part: "list[bytes]" = []
        self._have = 0

    def add(self, line: str) -> None:
        """Take a line, without its end."""
        data = line.encode() + b"\n"
        self._hash.update(data)
        self.bytes += len(data)
        while self._have + len(data) >= self.size:
            room = self.size - self._have
            self._part.append(data[:room])
            self._cut(DATA)
            data = data[room:]
        if data:
            self._part.append(data)
            self._have += len(data)

    def finish(self) -> str:
        """Cut off what is left and return the hash, in hex."""
        if self._part:
            self._cut(DATA)
        return hexlify(self._hash.digest()).decode()

    def append(self, kind: int, data: bytes) -> None:
        """Append a chunk as it is."""
        self.chunks.append(pack(len(self.chunks), kind, data))

    def _cut(self, kind: int) -> None:
        data = b"".join(self._part)
        self._part = []
        self._have = 0
        self.append(kind, data)


class Lines:
    """Puts lines together again from pieces of text, and hashes them on the way."""

    def __init__(self) -> None:
        self.bytes = 0
        self._hash = sha256()
        self._part = b""

    def add(self, data: bytes) -> "list[str]":
        """Take a piece; return the lines that are whole now."""
        self._hash.update(data)
        self.bytes += len(data)
        if b"\n" not in data:
            self._part += data
            return []
        lines = (self._part + data).split(b"\n")
        self._part = lines.pop()
        return [line.decode() for line in lines]

    def finish(self) -> str:
        """Return the hash, in hex."""
        return hexlify(self._hash.digest()).decode()
