"""Room on the disk that is kept for when it is full, because removing writes, too."""

import os
from pathlib import Path

SIZE = 4 << 20  # bytes


class Reserve:
    """A file that takes room and holds nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.taken = False

    def take(self) -> None:
        """Take the room, if it is not taken and there is as much."""
        if self.taken:
            return
        try:
            file = os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600)
        except OSError:  # there is no room even for a name
            return
        try:
            _fill(file)
            self.taken = True
        except OSError:  # another time
            os.ftruncate(file, 0)
        finally:
            os.close(file)

    def give(self) -> bool:
        """Give the room back to the disk; tell whether there was any."""
        was, self.taken = self.taken, False
        self._path.unlink(missing_ok=True)
        return was


def _fill(file: int) -> None:
    """Have a file take its room on the disk. Raises OSError."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, SIZE)
        return
    rest = SIZE
    while rest:
        rest -= os.write(file, bytes(rest))
