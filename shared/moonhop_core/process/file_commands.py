"""What tasks do with files besides reading them; loaded with the first such command.

    ["open"]   ["write", text]   ["seek", whence, offset]   ["close"]

True behind it says that what was asked last is the last of it.
"""

from moonhop_core.process.engine import ProgramError
from moonhop_core.process.open_files import BLOCK, BUFFER, LARGEST, failure

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.files import Files
    from moonhop_core.process.open_files import Command, OpenFile

PIECE = max(BUFFER, LARGEST // 4)  # bytes that are sent at once


def act(file: "OpenFile", command: "Command", store: str) -> "Any":
    """Go on with a command; see `OpenFile.act`."""
    name = command[0]
    if name == "close":
        file.closed = True
    if file.failed is not None:
        return failure(file.failed)
    if command[-1] is True:
        return [True]
    if name == "seek":
        return _seek(file, command)
    mode = file.mode
    if name == "open":
        command.append(True)
        if mode == "r":
            return file.block(BLOCK)
        return ("fs.stat", [file.path]) if mode == "w" else ("fs.append", [file.path, ""])
    if mode == "a":
        command.append(True)
        return ("fs.append", [file.path, command[1]]) if name == "write" else [True]
    if name == "write":
        if command[1]:
            put(file, command[1])
            command[1] = ""
        return _send(file, store) if file.size > BUFFER else [True]
    if mode != "w":
        return [True]
    if file.size > BUFFER or (file.size and file.offset):
        return _send(file, store)
    command.append(True)
    if file.offset:
        return "fs.rename", [_place(file, store), file.path]
    return "fs.write", [file.path, _take(file)]


def answer(file: "OpenFile", command: "Command", values: "list[Any]") -> None:
    """Take what the host gave; see `OpenFile.answer`."""
    if command[0] == "seek":
        if file.mode == "a":
            file.offset = values[2]
        command[1] = "set"
        command[2] += values[2]
    elif command[0] == "open" and file.mode == "w" and values and values[0]["kind"] == "folder":
        file.failed = file.path + ": Is a directory"


def _seek(file: "OpenFile", command: "Command") -> "Any":
    whence, offset = command[1], command[2]
    if file.mode == "w" or (file.mode == "a" and whence == "set"):
        place = file.offset + file.size
        if offset == (place if whence == "set" else 0):
            return [place]
        return failure(29)
    if whence == "end" or file.mode == "a":
        return "fs.read", [file.path, 0, 1, file.version]
    if whence == "cur":
        offset += file.offset
    if offset < 0:
        return failure(22)
    file.forget()
    file.offset = offset
    return [offset]


# ---------------------------------------------------------------- what is written


def put(file: "OpenFile", text: str) -> None:
    """Add to what is to be sent."""
    file.parts.append(text)
    file.size += len(text)


def _take(file: "OpenFile") -> str:
    """Take a piece of what is to be sent."""
    text = "".join(file.parts)
    file.parts = [text[PIECE:]] if len(text) > PIECE else []
    file.size = max(0, len(text) - PIECE)
    return text[:PIECE]


def _place(file: "OpenFile", store: str) -> str:
    return "%s/%d" % (store, file.ident)


def _send(file: "OpenFile", store: str) -> "tuple[str, list[Any]]":
    sent = file.offset
    text = _take(file)
    file.offset += len(text)
    place = _place(file, store)
    return ("fs.append", [place, text, sent]) if sent else ("fs.write", [place, text])


def fail(file: "OpenFile", error: str, store: str) -> None:
    """Note what goes wrong with what was sent: the file will never be whole."""
    file.failed = error.replace(_place(file, store), file.path)


# ---------------------------------------------------------------- closing without waiting


def close_later(files: "Files", file: "OpenFile") -> None:
    """Close a file; nobody waits, but what the process asks and publishes comes after it. Raises
    ProgramError."""
    if file.busy:  # a task that was in the middle of something
        raise ProgramError("the file is in use by another task")
    error = _close_on(files, file, ["close"])
    if error is not None:
        raise ProgramError(error)


def _close_on(files: "Files", file: "OpenFile", command: "Command") -> "str | None":
    """Go on with a close; the error if it cannot be done."""
    found = file.act(command, files.store())
    if type(found) is tuple:
        file.closing = [files.process.new_id(), found[0], found[1], command]
        close_again(files, file)
        return None
    files.over(file, command)
    return None if found[0] else found[1]


def close_again(files: "Files", file: "OpenFile") -> None:
    """Ask for what a close without a task needs next."""
    assert file.closing is not None
    number, verb, args, _ = file.closing
    files.pending[number] = 0
    files.process.host.request(number, verb, args)


def closed(files: "Files", number: int, error: "str | None") -> "str | None":
    """Take the host's answer to such a request; the error if the file cannot be closed."""
    for file in list(files.open.values()):
        if file.closing is not None and file.closing[0] == number:
            command = file.closing[3]
            file.closing = None
            if error is not None:
                fail(file, error, files.store())
            return _close_on(files, file, command)
    return None
