"""``moonhop://``: the fleet's files for pandas, DuckDB and whatever else takes fsspec's systems.

    pandas.read_csv("moonhop://data/readings.csv")
    duckdb.register_filesystem(fsspec.filesystem("moonhop"))

Paths are the fleet's, ``moonhop://data/x`` is ``data/x``.
"""

import argparse
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fsspec.spec import AbstractFileSystem

from moonhop.cli import context
from moonhop.cli.client import Client, Refused, file_path, tree_path
from moonhop.cli.fs.tree import entries
from moonhop.files.fsspec_file import MoonhopFile
from moonhop.state import HostAddress
from moonhop_core.errors import MoonhopError


class MoonhopFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """The files of a fleet whose host runs.

    ``fleet``: its name, else as the command line finds it (MOONHOP_FLEET, moonhop.toml, home);
    or ``url`` and ``token`` of a host that runs elsewhere.
    """

    protocol = "moonhop"
    root_marker = ""
    cachable = True

    def __init__(
        self,
        fleet: str | None = None,
        url: str | None = None,
        token: str | None = None,
        **how: Any,
    ) -> None:
        super().__init__(**how)
        self._fleet, self._url, self._token = fleet, url, token

    @property
    def client(self) -> Client:
        """What asks the host, wherever it is by now. Raises OSError."""
        if self._url is not None:
            return Client(HostAddress(self._fleet or "", self._url, self._token or "", "", 0, 0))
        with self.told(""):
            return context.client(argparse.Namespace(fleet=self._fleet))

    @property
    def fsid(self) -> str:
        """What tells this fleet's files from others'."""
        return f"moonhop-{self.client.address.url}"

    # -- what there is ---------------------------------------------------------------------------

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Return what there is under a path. Raises FileNotFoundError."""
        path = self._strip_protocol(path)
        with self.told(path):
            return _info(self.client.get(tree_path("stat", path=path)))

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """Return a folder's entries, by name. Raises FileNotFoundError."""
        path = self._strip_protocol(path)
        there = self.info(path)
        found = [there]
        if there["type"] == "directory":
            with self.told(path):
                found = [_info(entry) for entry in entries(self.client, path)]
        return found if detail else [entry["name"] for entry in found]

    def find(
        self,
        path: str,
        maxdepth: int | None = None,
        withdirs: bool = False,
        detail: bool = False,
        **_: Any,
    ) -> Any:
        """Return all files below a folder: in one go, if there is no bound to their depth."""
        path = self._strip_protocol(path)
        if maxdepth is not None or not self.isdir(path):
            return super().find(path, maxdepth, withdirs, detail)
        with self.told(path):
            found = [_info(entry) for entry in entries(self.client, path, deep=True)]
        if withdirs and path:
            found.append(self.info(path))
        chosen = {e["name"]: e for e in found if withdirs or e["type"] == "file"}
        return dict(sorted(chosen.items())) if detail else sorted(chosen)

    def modified(self, path: str) -> datetime:
        """Return when a file was changed."""
        return datetime.fromtimestamp(self.info(path)["mtime"], UTC)

    def created(self, path: str) -> datetime:
        """Return when the version of a file that is there now was made or appended to."""
        return self.modified(path)

    def ukey(self, path: str) -> str:
        """Return what changes whenever the content does."""
        info = self.info(path)
        return str(info["etag"] or info["mtime"])

    # -- content ---------------------------------------------------------------------------------

    def read(self, path: str, start: int, end: int, version: int | None = None) -> bytes:
        """Return the bytes from ``start`` to ``end`` (not included), as far as there are any."""
        if start >= end:
            return b""
        headers = {"Range": f"bytes={start}-{end - 1}"}
        try:
            with (
                self.told(path),
                self.client.open("GET", file_path(path, version), headers=headers) as response,
            ):
                return response.read()
        except _BeyondTheEnd:
            return b""

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        """Return a file's content, or part of it; negative places count from the end."""
        path = self._strip_protocol(path)
        if start is None and end is None:
            with self.told(path), self.client.open("GET", file_path(path)) as response:
                return response.read()
        if (start or 0) >= 0 and end is not None and end >= 0:
            return self.read(path, start or 0, end)
        info = self.info(path)
        first, last, _step = slice(start, end).indices(info["size"])
        return self.read(path, first, last, info["version"])

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        """Write a whole file; ``mode="create"``: only if there is none yet."""
        path = self._strip_protocol(path)
        headers = {"If-None-Match": "*"} if mode == "create" else {}
        with (
            self.told(path),
            self.client.open("PUT", file_path(path), bytes(value), headers) as response,
        ):
            response.read()

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | str | None = None,
        autocommit: bool = True,
        cache_options: dict[str, Any] | None = None,
        **how: Any,
    ) -> MoonhopFile:
        return MoonhopFile(
            self,
            path,
            mode,
            block_size=block_size or "default",
            autocommit=autocommit,
            cache_options=cache_options,
            **how,
        )

    # -- changes ---------------------------------------------------------------------------------

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        """Make a folder. Raises FileExistsError."""
        path = self._strip_protocol(path)
        if self.exists(path):
            raise FileExistsError(errno.EEXIST, "there is something already", path)
        if not create_parents:
            self.info(self._parent(path))
        self.makedirs(path, exist_ok=True)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Make a folder and those above it. Raises FileExistsError."""
        path = self._strip_protocol(path)
        if not exist_ok and self.exists(path):
            raise FileExistsError(errno.EEXIST, "there is something already", path)
        if path:
            with self.told(path):
                self.client.post("/fs/mkdir", {"path": path})

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        """Copy a file, which takes no room, or make a folder like another."""
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if self.isdir(source):
            self.makedirs(target, exist_ok=True)
            return
        with self.told(source):
            self.client.post("/fs/copy", {"from": source, "to": target})

    def mv(self, path1: Any, path2: Any, recursive: bool = False, **how: Any) -> None:
        """Move a file or folder: in one step, if it is one."""
        if not isinstance(path1, str) or not isinstance(path2, str) or "*" in path1 or how:
            super().mv(path1, path2, recursive=recursive, **how)
            return
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if path2.endswith("/") or self.isdir(target):
            target = f"{target}/{source.rpartition('/')[2]}".lstrip("/")
        with self.told(source):
            self.client.post("/fs/rename", {"from": source, "to": target})

    def rm_file(self, path: str) -> None:
        """Remove a file or an empty folder."""
        path = self._strip_protocol(path)
        with self.told(path):
            self.client.delete(file_path(path))

    def rmdir(self, path: str) -> None:
        """Remove an empty folder."""
        self.rm_file(path)

    # -- inside ----------------------------------------------------------------------------------

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        return str(super()._strip_protocol(path)).strip("/")

    @contextmanager
    def told(self, path: str) -> Iterator[None]:
        """Tell our errors as the OSErrors that other tools know."""
        try:
            yield
        except Refused as error:
            raise _as_os_error(error, path) from error
        except MoonhopError as error:
            raise OSError(errno.EIO, str(error), path) from error


class _BeyondTheEnd(OSError):
    """The range begins behind the file's end."""


KINDS = {
    401: (PermissionError, errno.EACCES),
    403: (PermissionError, errno.EACCES),
    404: (FileNotFoundError, errno.ENOENT),
    412: (FileExistsError, errno.EEXIST),
    416: (_BeyondTheEnd, errno.EINVAL),
    503: (OSError, errno.EIO),
    507: (OSError, errno.ENOSPC),
}


def _as_os_error(error: Refused, path: str) -> OSError:
    kind, number = KINDS.get(error.status, (OSError, errno.EINVAL))
    text = str(error)
    if error.status == 409:  # which of the reasons there are
        for words, cause, code in (
            ("is a folder", IsADirectoryError, errno.EISDIR),
            ("is a file", NotADirectoryError, errno.ENOTDIR),
            ("not empty", OSError, errno.ENOTEMPTY),
            ("already", FileExistsError, errno.EEXIST),
        ):
            if words in text:
                kind, number = cause, code
                break
    return kind(number, text, path)


def _info(entry: Any) -> dict[str, Any]:
    return {
        "name": entry["path"],
        "size": entry["size"],
        "type": "directory" if entry["kind"] == "folder" else "file",
        "mtime": entry["modified"],
        "version": entry["version"],
        "etag": entry["etag"],
        "content_type": entry["type"],
        "owner": entry["owner"],
    }
