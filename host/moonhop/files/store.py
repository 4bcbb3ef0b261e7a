"""The fleet's files in a folder: whole files appear in one step, appends never mix."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from moonhop.files.paths import clean_path
from moonhop_core.errors import MoonhopError

CHUNK = 256 * 1024  # bytes


class FileError(MoonhopError):
    """The store cannot do that with this path."""


class NotFound(FileError):
    """There is nothing under this path."""


class Conflict(FileError):
    """The path is in the way of what was asked."""


@dataclass(frozen=True)
class Entry:
    """A file or folder: ``size`` in bytes, ``modified`` in seconds since 1970."""

    path: str
    kind: str  # "file" or "folder"
    size: int
    modified: float
    etag: str


class FileStore:
    """The tree below a folder. Paths are the fleet's (files/paths.py), never the machine's.

    Every method raises PathError for a path that is not allowed. Links in the folder are not
    followed. Files that are being written lie beside the tree, so a crash leaves nothing
    half-written in it.
    """

    def __init__(self, folder: Path) -> None:
        self._tree = folder / "tree"
        self._parts = folder / "parts"
        shutil.rmtree(self._parts, ignore_errors=True)  # left by a host that was killed
        for path in (folder, self._tree, self._parts):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def stat(self, path: str) -> Entry:
        """Return what is under a path. Raises NotFound."""
        return self._entry(clean_path(path))

    def list(self, path: str = "") -> list[Entry]:
        """Return what a folder holds, by name. Raises NotFound, Conflict if it is a file."""
        cleaned = clean_path(path)
        if self._entry(cleaned).kind != "folder":
            raise Conflict(f"{cleaned!r} is a file, not a folder")
        below = sorted(entry.name for entry in os.scandir(self._place(cleaned)))
        return [self._entry(f"{cleaned}/{name}".lstrip("/")) for name in below]

    @contextmanager
    def open(self, path: str) -> Iterator[tuple[BinaryIO, Entry]]:
        """Open a file to read, with its entry; what is read is one version of the file.

        Raises NotFound, Conflict if it is a folder.
        """
        cleaned = clean_path(path)
        try:
            descriptor = os.open(self._place(cleaned), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise self._error(cleaned, error) from error
        try:
            entry = self._described(cleaned, os.fstat(descriptor))
            if entry.kind == "folder":
                raise Conflict(f"{cleaned!r} is a folder, not a file")
        except BaseException:
            os.close(descriptor)
            raise
        with os.fdopen(descriptor, "rb") as file:
            yield file, entry

    @contextmanager
    def writing(self, path: str) -> Iterator["Upload"]:
        """Give an Upload to write a file with; the file appears when the block ends well.

        ``Upload.entry`` tells it then. Raises Conflict if a folder is in the way.
        """
        cleaned = self._file_path(path)
        part = self._parts / secrets.token_hex(16)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                upload = Upload(file)
                yield upload
                file.flush()
                os.fsync(descriptor)
            place = self._make_room(cleaned)
            with self._lock():
                os.replace(part, place)
            upload.entry = self._entry(cleaned)
        except OSError as error:
            raise self._error(cleaned, error) from error
        finally:
            part.unlink(missing_ok=True)

    def write(self, path: str, content: bytes) -> Entry:
        """Write a whole file and return its entry."""
        with self.writing(path) as upload:
            upload.write(content)
        return upload.entry

    def append(self, path: str, content: bytes) -> Entry:
        """Add to the end of a file, which is made if need be, in one piece; return its entry."""
        cleaned = self._file_path(path)
        place = self._make_room(cleaned)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with self._lock():
                descriptor = os.open(place, flags, 0o600)
                try:
                    self._append(descriptor, content)
                    return self._described(cleaned, os.fstat(descriptor))
                finally:
                    os.close(descriptor)
        except OSError as error:
            raise self._error(cleaned, error) from error

    def remove(self, path: str) -> None:
        """Remove a file, or an empty folder. Raises NotFound, Conflict."""
        cleaned = clean_path(path)
        if not cleaned:
            raise Conflict("the top of the tree cannot be removed")
        entry = self._entry(cleaned)
        try:
            if entry.kind == "folder":
                self._place(cleaned).rmdir()
            else:
                self._place(cleaned).unlink()
        except OSError as error:
            raise self._error(cleaned, error) from error

    # -- inside ----------------------------------------------------------------------------------

    def _append(self, descriptor: int, content: bytes) -> None:
        """Write all of it, or, if the disk is full, none of it."""
        before = os.fstat(descriptor).st_size
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise

    def _place(self, cleaned: str) -> Path:
        """Return where a path lies on the machine; no link may stand on the way there."""
        place = self._tree
        for name in cleaned.split("/") if cleaned else []:
            if place.is_symlink():
                raise NotFound(f"there is no {cleaned!r}")
            place = place / name
        return place

    def _file_path(self, path: str) -> str:
        cleaned = clean_path(path)
        if not cleaned or path.endswith("/"):
            raise Conflict(f"{path!r} names a folder; name a file")
        if self._place(cleaned).is_dir():
            raise Conflict(f"{cleaned!r} is a folder; choose another name")
        return cleaned

    def _make_room(self, cleaned: str) -> Path:
        """Make the folders above a file and return the file's place."""
        place = self._place(cleaned)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except (FileExistsError, NotADirectoryError):
            raise Conflict(f"a file is in the way of {cleaned!r}") from None
        return place

    def _entry(self, cleaned: str) -> Entry:
        try:
            status = os.lstat(self._place(cleaned))
        except OSError as error:
            raise self._error(cleaned, error) from error
        return self._described(cleaned, status)

    def _described(self, cleaned: str, status: os.stat_result) -> Entry:
        mode = status.st_mode & 0o170000
        if mode == 0o040000:
            return Entry(cleaned, "folder", 0, status.st_mtime, "")
        if mode != 0o100000:
            raise NotFound(f"there is no {cleaned!r}")
        # A replaced file is another inode; an append changes size and time.
        etag = f"{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}"
        return Entry(cleaned, "file", status.st_size, status.st_mtime, etag)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep writers apart, those of other processes too."""
        descriptor = os.open(self._parts.parent / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _error(self, cleaned: str, error: OSError) -> FileError:
        if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == errno.ELOOP:
            return NotFound(f"there is no {cleaned!r}; see what there is with: moonhop fs ls")
        if isinstance(error, IsADirectoryError):
            return Conflict(f"{cleaned!r} is a folder, not a file")
        if error.errno == errno.ENOTEMPTY:
            return Conflict(f"folder {cleaned!r} is not empty; remove what is in it first")
        return FileError(f"cannot use {cleaned!r}: {error.strerror}")


class Upload:
    """A file that is being written; ``entry`` is set when it is in place."""

    entry: Entry

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, content: bytes) -> None:
        """Add to what will be the file."""
        self._file.write(content)
