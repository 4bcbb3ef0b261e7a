"""Files of the fleet, for programs: requests to the host that a task waits for.

A request that was not answered before a hop is asked again under the same number. `fs.lines` reads
ahead in blocks; an image holds only where the next line begins.
"""

import sys

from moonhop_core.process.engine import Bound, ProgramError, Suspend

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call
    from moonhop_core.process.process import Process
    from moonhop_core.process.tasks import Task

# Bytes read ahead: a text of so many is in a small heap three times when it comes.
BLOCK = 4096 if sys.implementation.name == "cpython" else 512
READERS = 1000  # a loop that was left early leaves its reader behind; the oldest goes
BUFFERS = 8  # readers that may hold read-ahead text


class Reader:
    """Reads lines of a file.

    offset  of the next line, in bytes
    text    read ahead from there on; `at` is the place of the next line in it
    """

    def __init__(self, path: str, offset: int):
        self.path = path
        self.offset = offset
        self.text = ""
        self.at = 0
        self.whole = False  # text reaches to the end of the file

    def next(self) -> "str | None":
        """Take the next line off what was read ahead, without its line end; None: read more."""
        end = self.text.find("\n", self.at)
        if end < 0:
            if not self.whole or self.at >= len(self.text):
                return None
            line = self.text[self.at :]
            self.offset += len(line)
            self.at = len(self.text)
            return line
        line = self.text[self.at : end]
        self.offset += end + 1 - self.at
        self.at = end + 1
        return line

    def add(self, text: str, size: int) -> None:
        """Append what the host read: `size` bytes were asked for."""
        self.text = self.text[self.at :] + text
        self.at = 0
        self.whole = len(text) < size

    def forget(self) -> None:
        """Drop what was read ahead."""
        self.text = ""
        self.at = 0
        self.whole = False


class Files:
    """Pending requests by number, and the readers of `fs.lines`."""

    def __init__(self, process: "Process"):
        self.process = process
        self.pending: "dict[int, int]" = {}  # request's number -> task
        self.readers: "dict[int, Reader]" = {}
        self._used: "list[int]" = []  # readers with text, most recent last

    def begin(self, task: "Task", wait: "list[Any]") -> None:
        """Ask the host: wait is ["request", number, verb, args, reader or None]."""
        number = wait[1]
        self.pending[number] = task.tid
        self.process.host.request(number, wait[2], wait[3])

    def end(self, wait: "list[Any]") -> None:
        """The task waits no more."""
        self.pending.pop(wait[1], None)

    def finish(self, number: int, values: "list[Any] | None", error: "str | None") -> None:
        """Take the host's answer; one that nobody waits for is dropped."""
        tid = self.pending.pop(number, None)
        if tid is None:
            return
        task = self.process.tasks.all[tid]
        wait = task.wait
        if wait is None:
            return
        if wait[2] == "hop":
            self.process.tasks.wake(task, [None, error])
        elif error is not None:
            self.process.tasks.wake(task, [], ProgramError(error))
        elif wait[4] is not None and values is not None:
            self._lines(task, wait, values[0])
        else:
            self.process.tasks.wake(task, values if values is not None else [])

    def _lines(self, task: "Task", wait: "list[Any]", text: str) -> None:
        """Give a line to a task that waits in `for … in fs.lines()`, or read on."""
        reader = self.readers[wait[4]]
        reader.add(text, wait[3][2])
        self._use(wait[4])
        line = reader.next()
        if line is None and not reader.whole:
            task.wait = wait = self.read_on(wait[4], reader)
            self.begin(task, wait)
            return
        if line is None:
            self.drop_reader(wait[4])
        self.process.tasks.wake(task, [line])

    def read_on(self, ident: int, reader: Reader) -> "list[Any]":
        """Return the wait for the next block of a reader."""
        ahead = len(reader.text) - reader.at
        args = [reader.path, reader.offset + ahead, max(BLOCK, ahead)]
        return ["request", self.process.new_id(), "fs.read", args, ident]

    def _use(self, ident: int) -> None:
        if ident in self._used:
            self._used.remove(ident)
        self._used.append(ident)
        if len(self._used) > BUFFERS:
            other = self.readers.get(self._used.pop(0))
            if other is not None:
                other.forget()

    def open(self, path: str) -> int:
        """Make a reader and return its id."""
        if len(self.readers) >= READERS:
            self.drop_reader(min(self.readers))
        ident = self.process.new_id()
        self.open_at(ident, path, 0)
        return ident

    def open_at(self, ident: int, path: str, offset: int) -> None:
        """Make a reader whose next line begins at an offset, in bytes."""
        self.readers[ident] = Reader(path, offset)

    def drop_reader(self, ident: int) -> None:
        """Forget a reader."""
        self.readers.pop(ident, None)
        if ident in self._used:
            self._used.remove(ident)

    def ask_again(self, task: "Task", wait: "list[Any]") -> None:
        """Ask the new node's host what the old one had not answered."""
        if wait[4] is not None:  # a reader: what was read ahead stayed behind
            reader = self.readers[wait[4]]
            wait[3] = [reader.path, reader.offset, BLOCK]
        self.begin(task, wait)


# ---------------------------------------------------------------- operations


def request(call: "Call", args: "list[Any]") -> Suspend:
    """Wait for the host's answer to a request named as the operation."""
    return Suspend(["request", call.process.new_id(), call.name, args, None])


def of_path(call: "Call") -> Suspend:
    """fs.read, fs.list, fs.exists, fs.stat: errors of the host are Lua errors."""
    return request(call, [call.text(0)])


def of_path_and_text(call: "Call") -> Suspend:
    """fs.write, fs.append."""
    return request(call, [call.text(0), call.text(1)])


def lines(call: "Call") -> "list[Any]":
    """fs.lines(path): an iterator over the lines of a file, without their ends."""
    return [Bound("fs.lines.next", {"id": call.process.files.open(call.text(0))})]


def next_line(call: "Call") -> "Any":
    """The iterator of fs.lines: the next line, nil at the end."""
    files = call.process.files
    ident = call.process.engine.plain(call.get(0)).get("id")
    reader = files.readers.get(ident)
    if reader is None:
        return [None]  # the end was reached before
    line = reader.next()
    if line is not None:
        return [line]
    if reader.whole:
        files.drop_reader(ident)
        return [None]
    return Suspend(files.read_on(ident, reader))


OF_FILES: "dict[str, Callable[[Call], Any]]" = {
    "fs.read": of_path,
    "fs.write": of_path_and_text,
    "fs.append": of_path_and_text,
    "fs.list": of_path,
    "fs.exists": of_path,
    "fs.stat": of_path,
    "fs.lines": lines,
    "fs.lines.next": next_line,
}
