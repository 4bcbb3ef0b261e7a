"""A line on stderr that shows how far a long transfer is."""

import shutil
import sys
import time
from collections.abc import Iterable, Iterator

from moonhop.sizes import shown

AFTER = 0.5  # seconds: what is quicker shows nothing
EVERY = 0.1  # seconds
WIDTH = 24  # characters of the bar
CLEAR = "\r\x1b[K"


class Progress:
    """Counts bytes and shows them, if a person watches, while its ``with`` block runs."""

    def __init__(self, name: str, total: int | None, done: int = 0, typed: bool = False) -> None:
        """``total``: how many bytes there will be, if that is known; ``done``: how many came
        before; ``typed``: they are typed or printed on the terminal itself, where nothing else
        should be."""
        self._name, self._total = name, total
        self._done = self._began_with = done
        self._began = time.monotonic()
        watched = sys.stderr.isatty() and not typed
        self._next = self._began + AFTER if watched else float("inf")
        self._shown = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print(CLEAR, end="", file=sys.stderr, flush=True)

    def over(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Give the pieces and count them."""
        for piece in pieces:
            yield piece
            self._done += len(piece)
            now = time.monotonic()
            if now >= self._next:
                self._next, self._shown = now + EVERY, True
                line = self.line(now - self._began)[: shutil.get_terminal_size().columns - 1]
                print(CLEAR + line, end="", file=sys.stderr, flush=True)

    def line(self, seconds: float) -> str:
        """Return what to show after so many seconds."""
        rate = (self._done - self._began_with) / seconds
        if self._total is None:
            return f"{self._name}  {shown(self._done)}  {shown(rate)}/s"
        part = self._done / self._total if self._total else 1.0
        bar = "#" * round(WIDTH * part)
        left = f"  {(self._total - self._done) / rate:.0f} s left" if rate else ""
        return (
            f"{self._name}  [{bar:<{WIDTH}}] {part:4.0%}  {shown(self._done)} of "
            f"{shown(self._total)}  {shown(rate)}/s{left}"
        )
