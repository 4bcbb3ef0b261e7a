"""A broker's journal in a file: records are added at its end and read when the broker starts.

What is written is with the operating system before the broker acknowledges it, so the death of the
broker's process loses nothing. The disk gets it within SYNC seconds, which is what a loss of power
may cost.

A record is the length and the CRC-32 of its body, the body a line of JSON and a message's data:

  ["o", client, user]                       a session has begun
  ["c", client]                             it has ended
  ["s", client, filter, qos]                it hears a filter
  ["u", client, filter]                     no more
  ["m", source, number, topic, copies] data a message and who still has to get it, see Journal
  ["d", client, number]                     somebody has got it
  ["r", topic, qos] data                    a topic's retained message
  ["p", client, last, [number …]]           numbers: the last one used, and those its client used
"""

import json
import logging
import os
import struct
import threading
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moonhop.broker.journal import Copies, Journal

SYNC = 1.0  # seconds
LARGE = 16 << 20  # bytes; a journal that is larger is written anew if most of it is of no use
LATER = 100  # acknowledgements that are written together
HEAD = struct.Struct(">II")

log = logging.getLogger(__name__)
Record = tuple[list[Any], bytes]


@dataclass
class KeptSession:
    """A session as the journal knows it; messages by number: topic, data, QoS."""

    user: str
    filters: dict[str, int] = field(default_factory=dict)
    messages: dict[int, tuple[str, bytes, int]] = field(default_factory=dict)
    last: int = 0
    published: list[int] = field(default_factory=list)


@dataclass
class Kept:
    """All that a journal knows."""

    sessions: dict[str, KeptSession] = field(default_factory=dict)
    retained: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    def take(self, record: list[Any], data: bytes) -> None:
        """Take one record in."""
        kind, *args = record
        sessions = self.sessions
        match kind:
            case "o":
                sessions[args[0]] = KeptSession(args[1])
            case "c":
                sessions.pop(args[0], None)
            case "s":
                sessions[args[0]].filters[args[1]] = args[2]
            case "u":
                sessions[args[0]].filters.pop(args[1], None)
            case "m":
                source, number, topic, copies = args
                for client, packet, qos in copies:
                    sessions[client].messages[packet] = topic, data, qos
                    sessions[client].last = packet
                if source:
                    sessions[source].published.append(number)
            case "d":
                sessions[args[0]].messages.pop(args[1], None)
            case "r":
                self.retained.pop(args[0], None)
                if data:
                    self.retained[args[0]] = data, args[1]
            case "p":
                sessions[args[0]].last, sessions[args[0]].published = args[1], args[2]


class FileJournal(Journal):
    """The journal of one broker; ``open`` it before use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._size = 0
        self._needed = 0  # bytes, when it was last written anew
        self._later: list[bytes] = []
        self._dirty = False
        self._lock = threading.Lock()  # of the file against being closed while it is synced

    def load(self) -> Kept:
        """Read what there is, up to a record that is damaged: nothing after it was acknowledged."""
        kept = Kept()
        for record, data in self._read():
            try:
                kept.take(record, data)
            except (KeyError, ValueError, IndexError) as error:
                log.warning("%s: a record of no use: %r (%r)", self._path, record, error)
        return kept

    def _read(self) -> Iterator[Record]:
        try:
            whole = self._path.read_bytes()
        except FileNotFoundError:
            return
        at = 0
        while at + HEAD.size <= len(whole):
            size, crc = HEAD.unpack_from(whole, at)
            body = whole[at + HEAD.size : at + HEAD.size + size]
            if len(body) < size or zlib.crc32(body) != crc:
                log.warning("%s: %d bytes at its end are damaged", self._path, len(whole) - at)
                return
            line, _, data = body.partition(b"\n")
            yield json.loads(line), data
            at += HEAD.size + size

    def rewrite(self, records: Iterable[Record]) -> None:
        """Replace the file by one with these records, and go on behind them."""
        new = self._path.with_name(self._path.name + ".new")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write_all(file, b"".join(_packed(record, data) for record, data in records))
            os.fsync(file)
            os.replace(new, self._path)
        except BaseException:
            os.close(file)
            raise
        self.close()
        self._file = file
        self._size = self._needed = os.lseek(file, 0, os.SEEK_CUR)

    @property
    def wants_rewriting(self) -> bool:
        """Whether most of it is of no use any more."""
        return self._size > max(LARGE, 3 * self._needed)

    def sync(self) -> None:
        """Have the disk hold all that was written. May be called on a thread of its own."""
        with self._lock:
            if self._dirty and self._file >= 0:
                self._dirty = False
                os.fdatasync(self._file)

    def flush(self) -> None:
        """Write the acknowledgements that wait."""
        if self._later:
            self._write(b"")

    def close(self) -> None:
        """Write no more; harmless if it is not open."""
        if self._file >= 0:
            self.flush()
            self.sync()
        with self._lock:
            file, self._file = self._file, -1
            if file >= 0:
                os.close(file)
        self._later.clear()

    def _write(self, packed: bytes) -> None:
        """Write behind what is there. Raises OSError, with the file as it was."""
        if self._file < 0:
            return
        data = b"".join(self._later) + packed
        try:
            _write_all(self._file, data)
        except OSError:
            os.ftruncate(self._file, self._size)
            os.lseek(self._file, self._size, os.SEEK_SET)
            raise
        self._later.clear()
        self._size += len(data)
        self._dirty = True

    # -- what the broker tells -------------------------------------------------------------------

    def opened(self, client: str, user: str) -> None:
        """See Journal."""
        self._write(_packed(["o", client, user]))

    def closed(self, client: str) -> None:
        """See Journal."""
        self._write(_packed(["c", client]))

    def subscribed(self, client: str, filter: str, qos: int) -> None:
        """See Journal."""
        self._write(_packed(["s", client, filter, qos]))

    def unsubscribed(self, client: str, filter: str) -> None:
        """See Journal."""
        self._write(_packed(["u", client, filter]))

    def message(self, source: str, number: int, topic: str, data: bytes, copies: Copies) -> None:
        """See Journal."""
        self._write(_packed(["m", source, number, topic, copies], data))

    def done(self, client: str, number: int) -> None:
        """See Journal. Not at once: a message that was got and is sent again does no harm."""
        self._later.append(_packed(["d", client, number]))
        if len(self._later) >= LATER:
            self.flush()

    def retained(self, topic: str, data: bytes, qos: int) -> None:
        """See Journal."""
        self._write(_packed(["r", topic, qos], data))


def _packed(record: list[Any], data: bytes = b"") -> bytes:
    body = json.dumps(record, separators=(",", ":")).encode() + b"\n" + data
    return HEAD.pack(len(body), zlib.crc32(body)) + body


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
