"""Reads bytes of one version of a file, whatever happens to the file meanwhile."""

from collections.abc import Callable, Generator, Iterator

from moonhop.files.blobs import Blobs
from moonhop.files.bodies import Piece
from moonhop.files.entries import Entry
from moonhop.files.failures import told_as_ours
from moonhop.files.holds import Holds


class Chunks:
    """Gives bytes in chunks and holds the blobs that they are in until it is used up, closed or
    dropped. Raises StoreFails if the blob store does."""

    def __init__(
        self,
        found: list[Piece],
        start: int,
        end: int,
        blobs: Blobs,
        holds: Holds,
    ) -> None:
        """``found`` covers the bytes from ``start`` to ``end``; its blobs are held already."""
        self._blobs = blobs
        self._holds = holds
        self._held = blobs_of(found)
        self._chunks = self._read(found, start, end)

    @property
    def in_index(self) -> bool:
        """Whether nothing of it lies in the blob store."""
        return not self._held

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            with told_as_ours("cannot read the file"):
                return next(self._chunks)
        except BaseException:
            self.close()
            raise

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the blobs."""
        self._chunks.close()
        held, self._held = self._held, []
        self._holds.release(held)

    def _read(self, found: list[Piece], start: int, end: int) -> Generator[bytes, None, None]:
        for piece in found:
            first = max(start - piece.at, 0)
            last = min(end - piece.at, piece.size)
            if piece.content is not None:
                yield piece.content[first:last]
            else:
                yield from self._read_blob(piece.blob or "", first, last)

    def _read_blob(self, blob: str, first: int, last: int) -> Iterator[bytes]:
        for chunk in self._blobs.read(blob, first, last):
            first += len(chunk)
            yield chunk
        if first < last:
            raise OSError(f"blob {blob} is shorter than it was; restore it from a backup")


class Content:
    """A version of a file, to be read. ``entry.version`` tells which."""

    def __init__(self, entry: Entry, chunks: Callable[[int, int], Chunks]) -> None:
        self.entry = entry
        self._chunks = chunks

    def chunks(self, start: int = 0, end: int | None = None) -> Chunks:
        """Give the bytes from ``start`` to ``end`` (not included; None: all).

        Raises NotFound if the version has been dropped meanwhile.
        """
        end = self.entry.size if end is None else min(end, self.entry.size)
        return self._chunks(start, max(start, end))

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """Return the bytes from ``start`` to ``end``. Raises NotFound."""
        return b"".join(self.chunks(start, end))


def blobs_of(found: list[Piece]) -> list[str]:
    """Return the blobs that pieces are in."""
    return [piece.blob for piece in found if piece.blob is not None]
