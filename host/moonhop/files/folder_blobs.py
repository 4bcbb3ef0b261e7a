"""Blobs in a folder: ``ab/abcdef…``, written beside and renamed."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from moonhop.files.blobs import Staged, no_room
from moonhop.files.bodies import LONG
from moonhop.files.failures import FULL
from moonhop.state import sync_folder

PIECE = 256 * 1024  # bytes read at once


class FolderBlobs:
    """The blobs below a folder, which is made if need be. What a host that was killed had only half
    written is removed."""

    long = LONG

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = folder / "parts"
        shutil.rmtree(self._parts, ignore_errors=True)
        self._parts.mkdir(parents=True, mode=0o700)
        self.make_room: Callable[[], bool] = no_room
        self._synced: set[Path] = set()  # folders whose names are on the disk

    def stage(self) -> "StagedFile":
        """Begin a new blob."""
        return StagedFile(self._parts / secrets.token_hex(16), self.make_room)

    def keep(self, staged: Staged) -> None:
        """Move it to its place."""
        assert isinstance(staged, StagedFile)
        place = self._place(staged.hash)
        if place.parent not in self._synced:
            place.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder)
            self._synced.add(place.parent)
        if not place.is_file():
            os.replace(staged.path, place)
        sync_folder(place.parent)  # also if it is there: who moved it there may not have done it

    def read(self, hash: str, start: int, end: int) -> Iterator[bytes]:
        """Give bytes of a blob."""
        with self._place(hash).open("rb", buffering=0) as file:
            file.seek(start)
            while start < end and (piece := file.read(min(PIECE, end - start))):
                start += len(piece)
                yield piece

    def remove(self, hash: str) -> None:
        """Remove a blob."""
        self._place(hash).unlink(missing_ok=True)

    def hashes(self) -> Iterator[str]:
        """Give the hashes of all blobs."""
        for folder in self._folder.iterdir():
            if len(folder.name) == 2:
                yield from (file.name for file in folder.iterdir())

    def _place(self, hash: str) -> Path:
        return self._folder / hash[:2] / hash


class StagedFile:
    """A blob that is being written to a file of its own."""

    def __init__(self, path: Path, make_room: Callable[[], bool] = no_room) -> None:
        self.path = path
        self._make_room = make_room
        self.size = 0
        self.hash = ""
        self._file = path.open("xb", buffering=0)
        self._sum = hashlib.sha256()

    def write(self, content: bytes) -> None:
        """Add to it, all or an OSError; on a full disk as far as room can be made."""
        rest = memoryview(content)
        while rest:
            try:
                rest = rest[self._file.write(rest) :]
            except OSError as error:
                if error.errno not in FULL or not self._make_room():
                    raise
        self._sum.update(content)
        self.size += len(content)

    def finish(self) -> None:
        """Put it on the disk."""
        os.fsync(self._file.fileno())
        self._file.close()
        self.hash = self._sum.hexdigest()

    def discard(self) -> None:
        """Remove the file, unless it has been kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)
