"""Files of a folder, for programs that run without a fleet: answers `fs.*` requests at once."""

import os

from moonhop_core.errors import MoonhopError
from moonhop_core.process.octets import from_bytes, to_bytes

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

FOLDER = 0x4000  # in a file's mode


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
                return [self._read(path, *args[1:])]
            if verb == "fs.write" or verb == "fs.append":
                with open(path, "wb" if verb == "fs.write" else "ab") as file:
                    file.write(to_bytes(args[1]))
                return []
            if verb == "fs.list":
                return [self._list(path)]
            if verb == "fs.exists":
                return [self._exists(path)]
            if verb == "fs.stat":
                return [self._stat(path)]
        except OSError as error:
            raise FileError(
                "%s: '%s': %s" % (verb, args[0], _REASONS.get(error.errno or 0) or str(error))
            )
        raise FileError("'%s' is not available here" % verb)

    def _path(self, path: str) -> str:
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts or "\0" in path:
            raise FileError("'%s' leads out of the files that programs may use" % path)
        return "/".join([self.root] + parts)

    def _read(self, path: str, offset: int = 0, size: int = -1) -> str:
        if os.stat(path)[0] & FOLDER:
            raise FileError("'%s' is a folder" % path[len(self.root) + 1 :])
        with open(path, "rb") as file:
            if offset:
                file.seek(offset)
            return from_bytes(file.read(size))

    def _list(self, path: str) -> "list[str]":
        names = []
        for name in os.listdir(path):
            folder = os.stat(path + "/" + name)[0] & FOLDER
            names.append(name + "/" if folder else name)
        names.sort()
        return names

    def _exists(self, path: str) -> bool:
        try:
            os.stat(path)
        except OSError:
            return False
        return True

    def _stat(self, path: str) -> "dict[str, Any]":
        found = os.stat(path)
        kind = "folder" if found[0] & FOLDER else "file"
        return {"size": int(found[6]), "kind": kind, "modified": int(found[8])}


_REASONS = {2: "no such file or folder", 13: "not allowed", 20: "not a folder", 21: "is a folder"}
