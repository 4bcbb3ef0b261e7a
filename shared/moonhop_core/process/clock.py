"""Clocks of a process: whole microseconds, since 1970 (`now`) and since some moment that lies
back (`monotonic`, which never goes back)."""

import time

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


class RealClock:
    """The machine's clocks."""

    def now(self) -> int:
        """Return microseconds since 1970."""
        return time.time_ns() // 1000 + _SINCE_1970

    def monotonic(self) -> int:
        """Return microseconds that never go back. On MicroPython, to be asked at least every few
        minutes (its counter wraps around)."""
        return _monotonic()

    def wait(self, until: "int | None") -> None:
        """Sleep until `monotonic()` has reached a moment."""
        if until is not None:
            left = until - self.monotonic()
            if left > 0:
                time.sleep(left / 1000000)


class VirtualClock:
    """Time that stands still while a program computes and jumps when it waits: runs are fast and
    every one is the same."""

    def __init__(self, start: int = 0):
        self.time = start

    def now(self) -> int:
        """Return microseconds since 1970, as if the run had begun there."""
        return self.time

    def monotonic(self) -> int:
        """Return the same."""
        return self.time

    def wait(self, until: "int | None") -> None:
        """Jump to a moment, if it lies ahead."""
        if until is not None and until > self.time:
            self.time = until


# MicroPython on boards counts from 2000
_SINCE_1970 = 0 if time.gmtime(0)[0] == 1970 else 946684800 * 1000000

if hasattr(time, "monotonic_ns"):

    def _monotonic() -> int:
        return time.monotonic_ns() // 1000

else:
    _ticks: "Any" = time  # mypy knows CPython's module only
    _last = _ticks.ticks_us()
    _total: "int" = 0

    def _monotonic() -> int:
        global _last, _total
        ticks: int = _ticks.ticks_us()
        _total += _ticks.ticks_diff(ticks, _last)
        _last = ticks
        return _total
