"""What programs call of the files that `fs.open` gave them; Lua's reference manual, 6.8, has it."""

from moonhop_core.process.engine import Bound, Kept, ProgramError
from moonhop_core.process.file_commands import close_later, put
from moonhop_core.process.open_files import BUFFER, OpenFile, failure

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call


def opening(call: "Call") -> "Any":
    """fs.open(path, mode): a file, or nil, a message and a number, as io.open of Lua."""
    path = call.text(0)
    mode = "r" if call.get(1) is None else call.text(1)
    if mode not in ("r", "w", "a", "rb", "wb", "ab"):
        raise call.bad(1, "invalid mode")
    file = call.process.files.add(mode[0], path)
    if file is None:
        return failure(24)
    return call.process.files.do(file, ["open"])


def opened(call: "Call") -> OpenFile:
    """Return the file of the handle that a method was called on."""
    file: "OpenFile | None" = call.process.files.open.get(call.ident("FILE*"))
    if file is None or file.closed:
        raise ProgramError("attempt to use a closed file")
    return file


def formats_of(call: "Call") -> "list[Any]":
    """Return what to read as the arguments from the second on say; by default a line."""
    found: "list[Any]" = []
    for i in range(1, len(call.args)):
        what = call.get(i)
        if type(what) is int or type(what) is float:
            what = call.integer(i, 0)
            if what < 0:
                raise call.bad(i, "invalid format")
            found.append(what)
            continue
        what = call.text(i)
        if what[:1] == "*":  # as in older Lua
            what = what[1:]
        if what[:1] not in ("l", "L", "a", "n"):
            raise call.bad(i, "invalid format")
        found.append(what[:1])
    return found or ["l"]


def read(call: "Call") -> "Any":
    """f:read(…): what the formats say, up to the first that the file does not have."""
    file = opened(call)
    if file.mode != "r":
        return failure(9)
    return call.process.files.do(file, ["read", formats_of(call), []])


def lines(call: "Call") -> "list[Any]":
    """f:lines(…): an iterator that reads what the formats say."""
    ident = opened(call).ident
    return [Bound("fs.lines.next", {"id": ident, "formats": formats_of(call)})]


def write(call: "Call") -> "Any":
    """f:write(…): the file, or nil and an error."""
    file = opened(call)
    text = "".join([written(call, i) for i in range(1, len(call.args))])
    if file.mode == "r":
        return failure(9)
    engine = call.process.engine
    if file.mode == "a" or file.busy or file.failed or file.size + len(text) > BUFFER:
        return call.process.files.do(file, ["write", text], engine.keep(call.args[0]))
    put(file, text)
    if file.handle is None:
        file.handle = engine.keep(call.args[0])
    return [Kept(file.handle)]


def written(call: "Call", i: int) -> str:
    """Return what is written of an argument: numbers as C's %d and %.14g have them."""
    text = call.text(i)
    return text[:-2] if type(call.get(i)) is float and text[-2:] == ".0" else text


def seek(call: "Call") -> "Any":
    """f:seek(whence, offset): the new place, in bytes from the beginning."""
    file = opened(call)
    whence = "cur" if call.get(1) is None else call.text(1)
    if whence not in ("set", "cur", "end"):
        raise call.bad(1, "invalid option '%s'" % whence)
    return call.process.files.do(file, ["seek", whence, call.integer(2, 0)])


def flush(call: "Call") -> "list[Any]":
    """f:flush(): true. Nothing can get lost: what is not sent is in the image."""
    opened(call)
    return [True]


def close(call: "Call") -> "Any":
    """f:close(): what was written is there for all to see."""
    return call.process.files.do(opened(call), ["close"])


def leave(call: "Call") -> "list[Any]":
    """__close: as close, without waiting; what the process asks or publishes after it waits."""
    file = call.process.files.open.get(call.ident("FILE*"))
    if file is not None and not file.closed:
        close_later(call.process.files, file)
    return []


def shown(call: "Call") -> "list[str]":
    """__tostring"""
    ident = call.ident("FILE*")
    file = call.process.files.open.get(ident)
    return ["file (closed)" if file is None or file.closed else "file (0x%08x)" % (ident * 16)]


OF_HANDLES: "dict[str, Callable[[Call], Any]]" = {
    "fs.open": opening,
    "file.read": read,
    "file.lines": lines,
    "file.write": write,
    "file.seek": seek,
    "file.flush": flush,
    "file.close": close,
    "file.__close": leave,
    "file.__tostring": shown,
}
