"""The library `os`, as far as programs may have it: time, date, clock, difftime (manual 6.9).

Dates are computed (see dates): boards count seconds from another year and know no time zones.
"""

import time as clock

from moonhop_core.lua.arguments import integer_argument, text_argument

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def functions(machine: "Any") -> "dict[str, tuple[Callable[..., Any], int]]":
    """Return the library over this machine's clock."""
    return os_functions(clock.time, cpu_time)


def cpu_time() -> float:
    """Return the seconds of processor time used, or the best that the platform knows."""
    try:
        return clock.process_time()
    except AttributeError:
        return clock.ticks_ms() / 1000.0  # type: ignore[attr-defined,no-any-return]


def os_functions(
    now: "Callable[[], float]",
    cpu_time: "Callable[[], float]",
    utc_offset: "Callable[[int], int]" = lambda seconds: 0,
) -> "dict[str, tuple[Callable[..., Any], int]]":
    """Return the library over a clock.

    now         seconds since 1970-01-01 UTC
    cpu_time    seconds of processor time used, for os.clock
    utc_offset  how many seconds local time is ahead of UTC at a time given in seconds since 1970
    """

    def time(*args: "Any") -> int:
        if not args or args[0] is None:
            return int(now())
        from moonhop_core.lua import dates

        return dates.time_of(args[0], utc_offset)

    def date(fmt: "Any" = None, when: "Any" = None) -> "Any":
        from moonhop_core.lua import dates

        text = "%c" if fmt is None else text_argument(fmt, 1, "date")
        seconds = int(now()) if when is None else integer_argument(when, 2, "date")
        return dates.date(text, seconds, utc_offset)

    def clock_() -> float:
        return float(cpu_time())

    def difftime(t2: "Any", t1: "Any" = None) -> float:
        later = integer_argument(t2, 1, "difftime")
        return float(later - integer_argument(t1, 2, "difftime"))

    return {
        "os.clock": (clock_, 0),
        "os.date": (date, 2),
        "os.difftime": (difftime, 2),
        "os.time": (time, 1),
    }
