"""Blobs: bytes under their SHA-256, kept in a folder or an object store."""

from collections.abc import Callable, Iterator
from typing import Protocol


class Blobs(Protocol):
    """Where large content lies. Usable from many threads.

    What ``keep`` has taken outlives the process and the power. All of them raise OSError if the
    place where they lie cannot be used; ``read`` raises FileNotFoundError for what is not there.
    """

    long: int  # bytes of appended records that are worth a blob of their own
    make_room: Callable[[], bool]  # called where the disk of the blobs is full: try again?

    def stage(self) -> "Staged":
        """Begin a new blob."""
        ...

    def keep(self, staged: "Staged") -> None:
        """Keep a finished blob under its hash; one that is there already stays."""
        ...

    def read(self, hash: str, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes of a blob from ``start`` to ``end`` (not included) in pieces that fit the
        memory; fewer only if it has no more."""
        ...

    def remove(self, hash: str) -> None:
        """Remove a blob; one that is not there is no trouble."""
        ...

    def hashes(self) -> Iterator[str]:
        """Give the hashes of all blobs that are kept."""
        ...


class Staged(Protocol):
    """A blob that is being written; ``hash`` and ``size`` (bytes) are right once it is finished."""

    hash: str
    size: int

    def write(self, content: bytes) -> None:
        """Add to it."""
        ...

    def finish(self) -> None:
        """Nothing more comes: make it durable."""
        ...

    def discard(self) -> None:
        """Leave nothing of it that is not kept."""
        ...


def no_room() -> bool:
    """There is nothing that could give way."""
    return False
