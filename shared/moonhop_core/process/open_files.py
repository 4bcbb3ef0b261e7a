"""Files that a program has open: what `fs.open` gives, and what `fs.lines` reads.

  reading    in blocks, of the version that was there when the file was opened; an image holds only
             where it goes on
  writing    into a buffer. What fits goes to its place when the file is closed; more than that
             gathers in a file of its own, which takes the place when it is closed. So others
             see the whole file or none of it. The image holds what is not sent
  appending  each call of `write` is one piece

A task's command on a file is a list of plain values, which goes into the image with the task. Tasks
that use a file at the same time take turns.
"""

import sys

from moonhop_core.process.engine import ProgramError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call

    Command = list[Any]

# Bytes: read ahead (a text of so many is in a small heap three times when it comes), at most at
# once, and written without being sent.
if sys.implementation.name == "cpython":
    BLOCK, LARGEST, BUFFER = 4096, 1 << 20, 8192
else:
    BLOCK, LARGEST, BUFFER = 512, 4096, 512
MORE = (0,)  # wanted: what follows


class OpenFile:
    """An open file.

    mode     "r", "w", "a"; "lines": of `fs.lines`, which is gone when its end was read
    offset   r: where the next read begins, in bytes; w: how much was sent
    version  r: which one is read, once that is known
    text     r: read ahead; `at` is the place of the next read in it
    whole    r: text reached to the end of the file when it came
    parts    w: what is not sent, `size` bytes
    failed   w: why it will never be whole
    handle   the program's table, kept by the engine, once `write` gave it back
    busy     a command is under way; `queue` are tasks whose turn comes after it
    closed   for the program
    closing  the request under way of a close that nobody waits for
    """

    closed = whole = busy = False
    failed: "str | None" = None
    handle: "int | None" = None
    closing: "list[Any] | None" = None
    version: "Any" = None
    text = ""
    at = offset = size = 0

    def __init__(self, ident: int, mode: str, path: str):
        self.ident = ident
        self.mode = mode
        self.path = path
        self.parts: "list[str]" = []
        self.queue: "list[int]" = []

    # -- commands ----------------------------------------------------------------------------------

    def act(self, command: "Command", store: str) -> "Any":
        """Go on with a command: a list of results, or a tuple of what to ask the host: verb and
        arguments. `store` is where unfinished files gather. Commands:

        open; read formats results; write text; seek whence offset; close
        """
        name = command[0]
        if name == "read":
            return self.read(command[1], command[2])
        if name == "close":
            self.closed = True
        if self.failed is not None:
            return failure(self.failed)
        if command[-1] is True:  # what was asked was the last of it
            return [True]
        if name == "seek":
            return self._seek(command)
        if name == "open":
            command.append(True)
            if self.mode == "r":
                return self._block(BLOCK)
            return ("fs.stat", [self.path]) if self.mode == "w" else ("fs.append", [self.path, ""])
        if self.mode == "a":
            command.append(True)
            return ("fs.append", [self.path, command[1]]) if name == "write" else [True]
        if name == "write":
            if command[1]:
                self.put(command[1])
                command[1] = ""
            return self._send(store) if self.size > BUFFER else [True]
        if self.mode == "w":
            if self.size > BUFFER or (self.size and self.offset):
                return self._send(store)
            command.append(True)
            if self.offset:
                return "fs.rename", [self._place(store), self.path]
            return "fs.write", [self.path, self._take(BUFFER)]
        return [True]

    def answer(self, command: "Command", args: "list[Any]", values: "list[Any]") -> None:
        """Take what the host gave for what `act` asked."""
        if command[0] == "seek":
            if self.mode == "a":
                self.offset = values[2]
            command[1] = "set"
            command[2] += values[2]
        elif self.mode == "w":
            if command[0] == "open" and values and values[0]["kind"] == "folder":
                self.failed = self.path + ": Is a directory"
        elif self.mode != "a":
            text = values[0]
            self.text = self.text[self.at :] + text
            self.at = 0
            self.whole = len(text) < args[2]
            if self.version is None:
                self.version = values[1]

    # -- reading -----------------------------------------------------------------------------------

    def read(self, formats: "list[Any]", found: "list[Any]") -> "Any":
        """Read what the formats say that is not found yet; see `act`."""
        while len(found) < len(formats):
            item = self.next(formats[len(found)])
            if item is MORE:
                ahead = len(self.text) - self.at
                wanted = formats[len(found)]
                size = wanted - ahead if type(wanted) is int else ahead
                return self._block(min(max(BLOCK, size), LARGEST))
            found.append(item)
            if item is None:
                break
        return found

    def _block(self, size: int) -> "tuple[str, list[Any]]":
        """Ask for so many bytes more."""
        return "fs.read", [self.path, self.offset + len(self.text) - self.at, size, self.version]

    def next(self, what: "Any") -> "Any":
        """Take the next item off what was read ahead: None at the end, MORE if that is too
        short."""
        text = self.text
        at = self.at
        if what == "l" or what == "L":
            end = text.find("\n", at)
            if end >= 0:
                self.at = end + 1
                self.offset += end + 1 - at
                return text[at : end + 1 if what == "L" else end]
        elif what == "n":
            from moonhop_core.process.numerals import LONGEST, read_numeral, skip_space

            self.at = skip_space(text, at)
            self.offset += self.at - at
            at = self.at
            if self.whole or len(text) - at > LONGEST:
                found, self.at = read_numeral(text, at)
                self.offset += self.at - at
                return found
        elif what != "a" and len(text) - at >= (what or 1):
            self.at += what
            self.offset += what
            return text[at : at + what]
        if not self.whole:
            return MORE
        if at:
            text = text[at:]
        self.forget()
        if not text and what != "a":
            return None
        self.offset += len(text)
        return text

    def forget(self) -> None:
        """Drop what was read ahead."""
        self.text = ""
        self.at = 0
        self.whole = False

    def _seek(self, command: "Command") -> "Any":
        whence, offset = command[1], command[2]
        if self.mode == "w" or (self.mode == "a" and whence == "set"):
            place = self.offset + self.size
            if offset == (place if whence == "set" else 0):
                return [place]
            return failure(29)
        if whence == "end" or self.mode == "a":
            return "fs.read", [self.path, 0, 1, self.version]
        if whence == "cur":
            offset += self.offset
        if offset < 0:
            return failure(22)
        self.forget()
        self.offset = offset
        return [offset]

    # -- writing -----------------------------------------------------------------------------------

    def put(self, text: str) -> None:
        """Add to what is to be sent."""
        self.parts.append(text)
        self.size += len(text)

    def _take(self, size: int) -> str:
        """Take so many bytes off what is to be sent."""
        text = "".join(self.parts)
        self.parts = [text[size:]] if len(text) > size else []
        self.size -= min(size, len(text))
        return text[:size]

    def _place(self, store: str) -> str:
        return "%s/%d" % (store, self.ident)

    def fail(self, error: str, store: str) -> None:
        """Note what goes wrong with what was sent: the file will never be whole."""
        self.failed = error.replace(self._place(store), self.path)

    def _send(self, store: str) -> "tuple[str, list[Any]]":
        sent = self.offset
        args = [self._place(store), self._take(max(BUFFER, LARGEST // 4))]
        self.offset += len(args[1])
        return ("fs.append", args + [sent]) if sent else ("fs.write", args)

    # -- image -------------------------------------------------------------------------------------

    def state(self) -> "list[Any]":
        """Return it as plain values."""
        return [
            self.ident,
            self.mode,
            self.path,
            self.offset,
            self.version,
            "".join(self.parts),
            self.failed,
            self.handle,
            self.queue,
            self.closed,
            self.closing,
        ]


def restored(state: "list[Any]") -> OpenFile:
    """Return the file that a state tells of."""
    file = OpenFile(state[0], state[1], state[2])
    file.offset, file.version = state[3], state[4]
    if state[5]:
        file.put(state[5])
    file.failed, file.handle, file.queue, file.closed, file.closing = state[6:]
    return file


def failure(error: "int | str") -> "list[Any]":
    """Return what Lua's functions of files do after an error: nil, message, number."""
    from moonhop_core.process.file_errors import WORDS, number_of

    if type(error) is int:
        return [None, WORDS[error], error]
    return [None, error, number_of(error)]  # type: ignore[arg-type]


# ---------------------------------------------------------------- the program's calls


def next_line(call: "Call") -> "Any":
    """The iterators of fs.lines and f:lines."""
    files = call.process.files
    state = call.process.engine.plain(call.get(0))
    file = files.open.get(state["id"])
    if file is None or file.closed:
        raise ProgramError("file is already closed")
    if file.mode == "w" or file.mode == "a":
        raise ProgramError(failure(9)[1])
    return files.do(file, ["read", state.get("formats") or ["l"], []], raises=True)


OF_LINES: "dict[str, Callable[[Call], Any]]" = {"fs.lines.next": next_line}
