"""Blobs in an object store: whatever fsspec knows, such as ``s3://bucket/prefix``.

Credentials, endpoint and so on come from the environment, as the store's own library takes them
(for S3: ``AWS_PROFILE``, ``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL`` …).
"""

import contextlib
import inspect
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from moonhop.files.blobs import Staged, no_room
from moonhop.files.errors import FileError
from moonhop.files.folder_blobs import StagedFile

OWNER = "fleet"  # the object that tells whose blobs these are
FIRST, LARGEST = 256 * 1024, 4 << 20  # bytes of the first and of later requests for one blob
UPLOADED = {"chunksize": 8 << 20, "max_concurrency": 2}  # bytes of a part, parts at a time


class ObjectBlobs:
    """The blobs below a URL, ``ab/abcdef…``. What is written lies in a folder of this machine until
    it is whole; so an object is there whole or not at all."""

    long = 1 << 20  # each costs a request to write, and one to read

    def __init__(self, url: str, parts: Path, fleet: str) -> None:
        """``fleet`` is what tells the fleet from others: two of them may not share a place, because
        each removes what it does not know. Raises FileError if the place cannot be used."""
        self._fs, self._root = _open_store(url)
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True, mode=0o700)
        self._parts = parts
        self.make_room: Callable[[], bool] = no_room
        takes = inspect.signature(getattr(self._fs, "_put_file", self._fs.put_file)).parameters
        self._how = {name: value for name, value in UPLOADED.items() if name in takes}
        try:
            with _as_ours():
                self._take(url, fleet)
        except OSError as error:
            raise FileError(
                f"cannot use {url}: {error}; make sure that it exists and that the environment has "
                "its credentials"
            ) from error

    def stage(self) -> StagedFile:
        """Begin a new blob."""
        return StagedFile(self._parts / secrets.token_hex(16))

    def keep(self, staged: Staged) -> None:
        """Upload it, unless it is there."""
        assert isinstance(staged, StagedFile)
        place = self._place(staged.hash)
        with _as_ours():
            with contextlib.suppress(FileNotFoundError):
                if self._fs.info(place)["size"] == staged.size:
                    return
            self._fs.put_file(str(staged.path), place, **self._how)

    def read(self, hash: str, start: int, end: int) -> Iterator[bytes]:
        """Give bytes of a blob, by ranges."""
        place, size = self._place(hash), FIRST
        with _as_ours():
            end = min(end, self._fs.info(place)["size"]) if end - start > LARGEST else end
        while start < end:
            with _as_ours():
                piece = self._fs.cat_file(place, start=start, end=min(start + size, end))
            if not piece:
                return
            start += len(piece)
            size = min(2 * size, LARGEST)
            yield piece

    def remove(self, hash: str) -> None:
        """Remove a blob."""
        with _as_ours(), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._place(hash))

    def hashes(self) -> Iterator[str]:
        """Give the hashes of all blobs."""
        for folder in self._names(self._root):
            if len(folder) == 2:
                yield from self._names(f"{self._root}/{folder}")

    def _names(self, folder: str) -> list[str]:
        with _as_ours(), contextlib.suppress(FileNotFoundError):
            found = self._fs.ls(folder, detail=False)
            return [path.rstrip("/").rpartition("/")[2] for path in found]
        return []

    def _take(self, url: str, fleet: str) -> None:
        """See to it that the place is this fleet's."""
        mark = f"{self._root}/{OWNER}"
        try:
            other = self._fs.cat_file(mark).decode(errors="replace")
        except FileNotFoundError:
            self._fs.pipe_file(mark, fleet.encode())
            return
        if other != fleet:
            raise FileError(
                f"{url} holds the files of another fleet ({other[:40]}); choose another prefix"
            )

    def _place(self, hash: str) -> str:
        return f"{self._root}/{hash[:2]}/{hash}"


def _open_store(url: str) -> tuple[Any, str]:
    """Return fsspec's file system for a URL, and the path in it."""
    try:
        from fsspec.core import url_to_fs

        fs, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
    except ImportError as error:
        raise FileError(
            f"cannot use {url}: {error}; install what it needs, for S3: pip install 'moonhop[s3]'"
        ) from None
    except ValueError as error:
        raise FileError(f"cannot use {url}: {error}") from None
    if hasattr(fs, "auto_mkdir"):  # a store with real folders
        fs.auto_mkdir = True
    return fs, str(root).rstrip("/")


@contextlib.contextmanager
def _as_ours() -> Iterator[None]:
    """Tell whatever a store's library raises as OSError, which its callers know."""
    try:
        yield
    except (OSError, FileError):
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
