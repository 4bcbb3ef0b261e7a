# mypy: ignore-errors
"""A board's `time`: its clock starts with the year 2000, and `machine.RTC` sets it. Its ticks are
those of the machine."""

import utime
from utime import *  # noqa: F403 - all that it does not change

_shift = utime.mktime((2000, 1, 1, 0, 0, 0, 5, 1)) - utime.time()


def time():
    return utime.time() + _shift


def time_ns():
    return utime.time_ns() + int(_shift * 1000000000)


def gmtime(seconds=None):
    return utime.gmtime(time() if seconds is None else seconds)


def set(moment):
    """Take what machine.RTC().datetime takes."""
    global _shift  # noqa: PLW0603 - there is one clock
    year, month, day, _, hour, minute, second, microsecond = moment
    wanted = utime.mktime((year, month, day, hour, minute, second, 0, 0))
    _shift = wanted + microsecond / 1000000 - utime.time()
