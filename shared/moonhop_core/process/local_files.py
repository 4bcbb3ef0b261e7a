"""Files of a folder, for programs that run without a fleet: answers `fs.*` requests at once."""

import os

from moonhop_core.errors import MoonhopError
from moonhop_core.process.file_errors import WORDS
from moonhop_core.process.messages import json_text
from moonhop_core.process.octets import from_bytes, to_bytes
from moonhop_core.process.watching import topic_of

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

FOLDER = 0x4000  # in a file's mode
# What requests change: places of paths among their arguments, and what is said of these.
CHANGES = {
    "fs.write": ((0, "written"),),
    "fs.append": ((0, "appended"),),
    "fs.remove": ((0, "removed"),),
    "fs.mkdir": ((0, "made"),),
    "fs.copy": ((1, "written"),),
    "fs.rename": ((1, "written"), (0, "renamed")),
}
PIECE = 4096  # bytes that are copied at once


class FileError(MoonhopError):
    """A request that cannot be done."""


class LocalFiles:
    """The tree below `root`; paths are relative to it and parted by "/"."""

    def __init__(self, root: str):
        self.root = root

    def answer(self, verb: str, args: "list[Any]") -> "list[Any]":
        """Do a request of `Host.request` and return its values. Raises FileError."""
        path = self._path(args[0])
        try:
            if verb == "fs.read":
                return self._read(args[0], path, *args[1:3])
            if len(args) == 3 and verb == "fs.append":
                self._append_at(args[0], path, args[1], args[2])
                return []
            if verb == "fs.write" or verb == "fs.append":
                self._make_folder(path[: path.rfind("/")])
                with open(path, "wb" if verb == "fs.write" else "ab") as file:
                    file.write(to_bytes(args[1]))
                return []
            if verb == "fs.list":
                return self._list(path, *args[1:])
            if verb == "fs.exists":
                return [self._kind(path) != ""]
            if verb == "fs.stat":
                return [self._stat(path)]
            if verb == "fs.remove":
                (os.rmdir if self._kind(path) == "folder" else os.remove)(path)
                return []
            if verb == "fs.mkdir":
                self._make_folder(path)
                return []
            if verb == "fs.rename" or verb == "fs.copy":
                self._move(args, path, self._path(args[1]), verb == "fs.copy")
                return []
        except OSError as error:
            raise failed(args[0], error.errno or 0, str(error))
        raise FileError("'%s' is not available here" % verb)

    def told(self, verb: str, args: "list[Any]") -> "list[list[str]]":
        """Return the messages of what a request has changed, topic and payload, as the fleet's host
        sends them."""
        found = []
        for place, change in CHANGES.get(verb, ()):
            path = "/".join([part for part in args[place].split("/") if part not in ("", ".")])
            told: "dict[str, Any]" = {"path": path, "change": change}
            if change == "renamed":
                told["to"] = args[1]
            elif change != "removed":
                told["size"] = self._stat(self._path(path))["size"]
            found.append([topic_of(path), json_text(told)])
        return found

    def _path(self, path: str) -> str:
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts or "\0" in path:
            raise FileError("'%s' leads out of the files that programs may use" % path)
        return "/".join([self.root] + parts)

    def _kind(self, path: str) -> str:
        """Return "file" or "folder", "" if there is nothing."""
        try:
            return "folder" if os.stat(path)[0] & FOLDER else "file"
        except OSError:
            return ""

    def _read(self, name: str, path: str, offset: int = 0, size: int = -1) -> "list[Any]":
        found = os.stat(path)
        if found[0] & FOLDER:
            raise failed(name, 21)
        with open(path, "rb") as file:
            if offset:
                file.seek(offset)
            return [from_bytes(file.read(size)), None, int(found[6])]

    def _append_at(self, name: str, path: str, text: str, size: int) -> None:
        """Append to a file that has so many bytes; more are cut off."""
        found = 0 if self._kind(path) != "file" else int(os.stat(path)[6])
        if found < size:
            raise FileError("%s: what was written before is gone" % name)
        data = b""
        if found > size:
            with open(path, "rb") as file:
                data = file.read(size)
        with open(path, "wb" if data else "ab") as file:
            file.write(data + to_bytes(text))

    def _list(
        self, path: str, limit: "int | None" = None, after: str = "", prefix: str = ""
    ) -> "list[Any]":
        after = after.rstrip("/")
        names = [n for n in os.listdir(path) if n > after and n.startswith(prefix)]
        names.sort()
        more = None
        if limit is not None and len(names) > limit:
            del names[limit:]
            more = names[-1]
        return [[n + "/" if self._kind(path + "/" + n) == "folder" else n for n in names], more]

    def _stat(self, path: str) -> "dict[str, Any]":
        found = os.stat(path)
        place = path[len(self.root) + 1 :]
        return {
            "path": place,
            "name": place[place.rfind("/") + 1 :],
            "kind": "folder" if found[0] & FOLDER else "file",
            "size": int(found[6]),
            "modified": int(found[8]),
        }

    def _make_folder(self, path: str) -> None:
        """Make a folder and those it is in, where they are not there."""
        at = len(self.root)
        while at >= 0:
            at = path.find("/", at + 1)
            part = path if at < 0 else path[:at]
            kind = self._kind(part)
            if kind == "file":
                raise OSError(20, path)
            if not kind:
                os.mkdir(part)

    def _move(self, names: "list[str]", path: str, to: str, copy: bool) -> None:
        """Rename or copy what is at a path; a file may be replaced, a folder not."""
        kind = self._kind(path)
        if not kind:
            raise failed(names[0], 2)
        if self._kind(to) == "folder":
            raise failed(names[1], 21 if kind == "file" else 17)
        if kind == "folder":
            if self._kind(to) == "file":
                raise failed(names[1], 20)
            if (to + "/").startswith(path + "/"):
                raise failed(names[1], 22)
        self._make_folder(to[: to.rfind("/")])
        if copy:
            self._copy(path, to)
            return
        os.rename(path, to)
        self._tidy(path)

    def _copy(self, path: str, to: str) -> None:
        if self._kind(path) == "folder":
            os.mkdir(to)
            for name in os.listdir(path):
                self._copy(path + "/" + name, to + "/" + name)
            return
        with open(path, "rb") as source, open(to, "wb") as target:
            while True:
                piece = source.read(PIECE)
                if not piece:
                    return
                target.write(piece)

    def _tidy(self, path: str) -> None:
        """Remove the folders that an unfinished file was in, if they are empty now."""
        hidden = self.root + "/.moonhop"
        while path.startswith(hidden + "/"):
            path = path[: path.rfind("/")]
            if os.listdir(path):
                return
            os.rmdir(path)


def failed(name: str, number: int, otherwise: str = "") -> FileError:
    """Return the error of a path: in C's words, if there are any for its number."""
    return FileError(name + ": " + (WORDS.get(number) or otherwise))
