"""The image: a process written down as JSON lines (docs/architecture.md, "The image").

Both ways are streams: nobody holds the whole. The last line has the number of lines before it and
a hash over them, so a reader knows that it got everything, as it was written.
"""

import json
from binascii import hexlify
from hashlib import sha256

from moonhop_core.errors import MoonhopError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

VERSION = 2
MARK = "moonhop-image"
PAIRS = 64  # at most so many in one record of a table, or twice as many items of a list
SHAPES = 64  # at most so many: reader and writer remember their keys
WIDEST = 16  # tables with more keys than that have no shape, and no place in another's record
DEPTH = 4  # records of tables in records of tables are nested so deep at most
ROOM = 48


class ImageError(MoonhopError):
    """An image cannot be written, or what was read is not a whole image of this program."""


def to_json(record: "Any") -> str:
    """Return one line of an image, without its line end."""
    return json.dumps(record, separators=(",", ":"))


def digits_of(hash: "Any") -> str:
    """Return the first 32 digits of a hash: damage does not get past them, and an image that was
    forged has a hash to fit it in any case."""
    return hexlify(hash.digest()[:16]).decode()


class ImageWriter:
    """Writes an image line by line: `header`, then `put` each record, then `end`."""

    def __init__(self, put_line: "Callable[[str], Any]"):
        """`put_line` takes each line, without its line end."""
        self._put_line = put_line
        self._hash = sha256()
        self.lines = 0

    def header(self, fields: "dict[str, Any]") -> None:
        """Write the first line; `fields` has everything but the format's version."""
        found: "dict[str, Any]" = {MARK: VERSION}
        found.update(fields)
        self.put(found)

    def put(self, record: "Any") -> None:
        """Write a record."""
        line = to_json(record)
        self._hash.update(line.encode())
        self._hash.update(b"\n")
        self.lines += 1
        self._put_line(line)

    def end(self) -> str:
        """Write the last line and return the hash in it."""
        digest = digits_of(self._hash)
        self._put_line(to_json(["end", self.lines, digest]))
        return digest


class ImageReader:
    """Reads an image fed line by line.

    Records are handed on before the last line proves that they are right, so nothing made of them
    may run before `finish` has returned.
    """

    def __init__(
        self,
        program: "str | None",
        on_header: "Callable[[dict[str, Any]], Any]",
        on_record: "Callable[[list[Any]], Any]",
    ):
        """`program` is the hash that the image must be of; None: any."""
        self._program = program
        self._on_header = on_header
        self._on_record = on_record
        self._hash = sha256()
        self.lines = 0
        self.hash: "str | None" = None  # once the last line was read

    def feed(self, line: "str | bytes") -> None:
        """Take a line, with or without its line end. Raises ImageError."""
        try:
            data = line.encode() if isinstance(line, str) else bytes(line)
            if data[-1:] == b"\n":
                data = data[:-1]
            record = json.loads(line)
        except (ValueError, RuntimeError):  # bad UTF-8, bad JSON, or nested too deep
            raise ImageError("line %d of the image is damaged" % (self.lines + 1))
        if self.hash is not None:
            raise ImageError("the image goes on after its end")
        if type(record) is list and record and record[0] == "end":
            self._end(record)
            return
        self._hash.update(data)
        self._hash.update(b"\n")
        self.lines += 1
        if self.lines == 1:
            self._header(record)
            return
        if type(record) is not list or not record or type(record[0]) not in (str, int):
            raise ImageError("line %d of the image is no record" % self.lines)
        try:
            self._on_record(record)
        except MoonhopError as error:
            raise ImageError("line %d of the image: %s" % (self.lines, error))
        except MemoryError:
            raise ImageError(
                "this node has not enough memory for the process (line %d)" % self.lines
            )
        except Exception as error:  # whatever damaged data makes of the readers of records
            raise ImageError("line %d of the image is damaged (%s)" % (self.lines, describe(error)))

    def _header(self, header: "Any") -> None:
        if type(header) is not dict or MARK not in header:
            raise ImageError("this is not the image of a process")
        if header[MARK] != VERSION:
            raise ImageError(
                "the image has format %s, this moonhop reads format %d: update the older one"
                % (header[MARK], VERSION)
            )
        if self._program is not None and header.get("program") != self._program:
            raise ImageError(
                "the image is of another program or version (%s, expected %s)"
                % (str(header.get("program"))[:12], self._program[:12])
            )
        try:
            self._on_header(header)
        except MoonhopError as error:
            raise error
        except MemoryError:
            raise ImageError("this node has not enough memory for the process")
        except Exception as error:
            raise ImageError("the image's header is damaged (%s)" % describe(error))

    def _end(self, record: "list[Any]") -> None:
        digest = digits_of(self._hash)
        if len(record) != 3 or record[1] != self.lines:
            raise ImageError("lines of the image are missing or doubled")
        if record[2] != digest:
            raise ImageError("the image was altered: its hash is not that in its last line")
        self.hash = digest

    def finish(self) -> str:
        """Return the hash. Raises ImageError if the last line has not come."""
        if self.hash is None:
            raise ImageError("the image is cut off after line %d" % self.lines)
        return self.hash


def describe(error: Exception) -> str:
    """Return an unexpected error in one line."""
    text = str(error).split("\n")[0]
    return type(error).__name__ + (": " + text if text else "")
