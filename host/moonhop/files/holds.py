"""Which blobs are in use by readers and uploads, so that none is removed under their hands."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


class Holds:
    """Counts who holds a blob."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._going: set[str] = set()  # what is being done away with just now
        self._held: Counter[str] = Counter()

    @contextmanager
    def holding(self, hashes: Iterable[str]) -> Iterator[None]:
        """Hold blobs while the block runs."""
        hashes = list(hashes)
        self.take(hashes)
        try:
            yield
        finally:
            self.release(hashes)

    def take(self, hashes: Iterable[str]) -> None:
        """Hold blobs until they are released; waits for one that is just going."""
        hashes = list(hashes)
        with self._lock:
            self._lock.wait_for(lambda: self._going.isdisjoint(hashes))
            self._held.update(hashes)

    def release(self, hashes: Iterable[str]) -> None:
        """Let go of blobs."""
        with self._lock:
            self._held.subtract(hashes)
            for hash in hashes:
                if not self._held[hash]:
                    del self._held[hash]

    def unless_held(self, hash: str, do: Callable[[], None]) -> bool:
        """Do something to a blob that nobody holds, before anybody can; tell whether. Those who
        want other blobs do not wait for it."""
        with self._lock:
            if hash in self._held:
                return False
            self._going.add(hash)
        try:
            do()
        finally:
            with self._lock:
                self._going.discard(hash)
                self._lock.notify_all()
        return True
