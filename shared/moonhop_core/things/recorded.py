"""A sensor whose values were recorded: a column of a CSV file, a row at a time.

The file stays open and is read forwards, so that a board needs no room for it. The row is found by
the time that has passed, not by how often it was read: all programs see the same, and a reading
that comes late is not the one before.
"""

from moonhop_core.things.things import SECOND, ThingError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Recorded:
    """Keys of its part: file, column (its title, or its number from 1 on), every (seconds from one
    row to the next; default 1), loop (begin again behind the last row; default true)."""

    changes = False

    def __init__(self, part: "dict[str, Any]", elapsed: "Callable[[], int]"):
        self._path: str = part["file"]
        self._wanted: "Any" = part.get("column", 1)
        self.period = int(part.get("every", 1) * SECOND)
        self._loop = bool(part.get("loop", True))
        self._elapsed = elapsed
        self._file: "Any" = None
        self._column = 0
        self._row = -1  # of `_value`, rows without a value not counted
        self._value: "Any" = None
        self._rows = 0  # in the file, once its end was reached

    def begin(self) -> int:
        """Take no time."""
        return 0

    def read(self) -> "Any":
        """Return the value of the row that it is time for. Raises ThingError behind the last one,
        unless they begin again."""
        row = self._elapsed() // self.period
        if self._rows:
            row = self._place(row)
        if row < self._row:
            self._open()
        while self._row < row:
            value = self._next()
            if value is not None:
                self._row += 1
                self._value = value
                continue
            self._rows = self._row + 1
            if not self._rows:
                raise ThingError("%s has no values in column %s" % (self._path, self._wanted))
            row = self._place(row)
            if row < self._row:
                self._open()
        return self._value

    def _place(self, row: int) -> int:
        if row >= self._rows and not self._loop:
            raise ThingError("%s ends after %d rows" % (self._path, self._rows))
        return row % self._rows

    def close(self) -> None:
        """Close the file; a further reading opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> None:
        self.close()
        self._file = open(self._path)  # noqa: SIM115 - it stays open
        self._row = -1
        wanted = self._wanted
        if type(wanted) is int:
            self._column = wanted - 1
        else:
            titles = cells(self._file.readline())
            if wanted not in titles:
                raise ThingError(
                    "%s has no column '%s'; it has %s" % (self._path, wanted, ", ".join(titles))
                )
            self._column = titles.index(wanted)

    def _next(self) -> "Any":
        """Return the next value there is, None at the end."""
        if self._file is None:
            self._open()
        while True:
            line = self._file.readline()
            if not line:
                return None
            found = cells(line)
            if self._column < len(found):
                value = value_of(found[self._column])
                if value is not None:
                    return value


def cells(line: str) -> "list[str]":
    """Return the cells of a line of CSV (RFC 4180), but that no cell goes over several lines."""
    found = []
    line = line.rstrip("\r\n")
    at = 0
    while at <= len(line):
        if line[at : at + 1] == '"':
            text = ""
            while True:
                end = line.find('"', at + 1)
                end = len(line) if end < 0 else end
                text += line[at + 1 : end]
                at = end + 1
                if line[at : at + 1] != '"':
                    break
                text += '"'
            end = line.find(",", at)
            end = len(line) if end < 0 else end
        else:
            end = line.find(",", at)
            end = len(line) if end < 0 else end
            text = line[at:end].strip()
        found.append(text)
        at = end + 1
    return found


def value_of(text: str) -> "Any":
    """Return a cell's number or boolean; None for any other text: a title, or a gap in the data."""
    if text == "true" or text == "false":
        return text == "true"
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return None
    return None if value != value else value
