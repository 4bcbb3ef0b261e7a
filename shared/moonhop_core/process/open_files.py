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
    BLOCK, LARGEST, BUFFER = 4096, 1 << 20, 4096
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

    def act(self, command: "Command", store: str) -> "Any":
        """Go on with a command: a list of results, or a tuple of what to ask the host: verb and
        arguments. `store` is where unfinished files gather."""
        if command[0] == "read":
            return self.read(command[1], command[2])
        from moonhop_core.process.file_commands import act

        return act(self, command, store)

    def answer(self, command: "Command", args: "list[Any]", values: "list[Any]") -> None:
        """Take what the host gave for what `act` asked."""
        if command[0] != "read" and (command[0] != "open" or self.mode != "r"):
            from moonhop_core.process.file_commands import answer

            answer(self, command, values)
            return
        self.text = self.text[self.at :] + values[0]
        self.at = 0
        self.whole = len(values[0]) < args[2]
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
                return self.block(min(max(BLOCK, size), LARGEST))
            found.append(item)
            if item is None:
                break
        return found

    def block(self, size: int) -> "tuple[str, list[Any]]":
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

    def state(self) -> "list[Any]":
        """Return it as plain values."""
        found: "list[Any]" = [
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
        while not found[-1]:
            found.pop()
        return found


def restored(state: "list[Any]") -> OpenFile:
    """Return the file that a state tells of."""
    file = OpenFile(state[0], state[1], state[2])
    count = len(state)
    if count > 3:
        file.offset = state[3]
    if count > 4:
        file.version = state[4]
    if count > 5 and state[5]:
        file.parts = [state[5]]
        file.size = len(state[5])
    if count > 6:
        rest = state[6:] + [None] * (11 - count)
        file.failed, file.handle, queue, file.closed, file.closing = rest
        file.queue = queue or []
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
