"""A fleet file that is open for another tool (fsspec)."""

import errno
from typing import Any

from fsspec.spec import AbstractBufferedFile

from moonhop.cli.client import file_path
from moonhop.cli.push import Push
from moonhop.files.appends import cut


class MoonhopFile(AbstractBufferedFile):  # type: ignore[misc]
    """Read by ranges of one version; written, it appears whole when it is closed; what is appended
    is there once it is flushed."""

    def __init__(self, fs: Any, path: str, mode: str = "rb", **how: Any) -> None:
        there = fs.info(path) if mode != "rb" and fs.exists(path) else None
        if mode == "xb" and there:
            raise FileExistsError(errno.EEXIST, "there is something already", path)
        self._push: Push | None = None
        super().__init__(fs, path, mode, **how)
        if mode == "rb":
            self._version = self.details["version"]
        elif mode == "ab" and there:
            self.loc = there["size"]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self.writable():
            self.discard()
        self.close()

    def commit(self) -> None:
        """Have the file appear."""
        if self._push is not None:
            push, self._push = self._push, None
            with self.fs.told(self.path):
                push.finish()

    def discard(self) -> None:
        """Have nothing of what was written appear."""
        self.closed = True
        if self._push is not None:
            self._push.give_up()
            self._push = None

    def _fetch_range(self, start: int, end: int) -> bytes:
        return bytes(self.fs.read(self.path, start, end, self._version))

    def _initiate_upload(self) -> None:
        if self.mode != "ab":
            headers = {"If-None-Match": "*"} if self.mode == "xb" else {}
            with self.fs.told(self.path):
                self._push = Push(self.fs.client, file_path(self.path), headers)

    def _upload_chunk(self, final: bool = False) -> bool:
        content = self.buffer.getvalue()
        with self.fs.told(self.path):
            if self._push is not None:
                self._push.write(content)
            for piece in cut(content) if self.mode == "ab" else ():
                self.fs.client.append(file_path(self.path), piece)
        if final and self.autocommit:
            self.commit()
        return True
