"""The bound of memory of engine python on CPython, whose values nobody counts by process.

What is measured is how much the whole OS process has grown since the watchdog first looked at the
turn, so that short turns pay nothing. What other threads took meanwhile counts too, hence room
beside what the manifest gives.
"""

import os
from pathlib import Path

from moonhop.engines.memory import REFUSED, machine
from moonhop.engines.watchdog import DOG, Interruptible, Watch

STATM = Path("/proc/self/statm")  # Linux only: elsewhere nothing is bounded
FACTOR = 4  # times as much as in Lua: what values take in Python, roughly
SPARE = 32 << 20  # bytes for what is not the program's
SHARE = 2  # this part of the machine's memory at most


def resident() -> int:
    """Return how many bytes of memory this OS process takes; 0 if the system does not tell."""
    if not STATM.exists():
        return 0
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class GrowthWatch(Watch):
    """Watches over turns that also may not grow by much more than `limit` bytes."""

    def __init__(self, engine: Interruptible, seconds: float, limit: int):
        super().__init__(DOG, engine, seconds, self._grown)
        self._most = limit * FACTOR + SPARE
        if machine():
            self._most = min(self._most, machine() // SHARE)
        self._before: int | None = None

    def begin(self) -> None:
        """A turn begins on this thread."""
        self._before = None
        super().begin()

    def _grown(self) -> str:
        now = resident()
        if self._before is None:
            self._before = now
        return REFUSED if now - self._before > self._most else ""
