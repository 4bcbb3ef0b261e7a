"""File stores of every kind, for the tests that all of them have to pass."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from moonhop.files.store import FileStore


@contextmanager
def in_a_folder(folder: Path) -> Iterator[Callable[[], FileStore]]:
    """A store with its blobs in a folder."""
    yield lambda: FileStore(folder)


STORES = {"folder": in_a_folder}
