"""Dates for os.date and os.time: tables of fields, and text as strftime writes it (C locale)."""

from moonhop_core.lua.arithmetic import to_integer
from moonhop_core.lua.calendar import MONTHS, WEEKDAYS, Moment, iso_week, moment_at, seconds_at
from moonhop_core.lua.errors import LuaError, argument_error, type_error
from moonhop_core.lua.indexing import index, setindex
from moonhop_core.lua.values import FALSE, Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LIMIT = 1 << 55  # seconds; beyond, C's calendar has no years


def date(text: str, seconds: int, utc_offset: "Callable[[int], int]") -> "Any":
    """os.date(text, seconds)"""
    if not -LIMIT < seconds < LIMIT:
        raise LuaError("date result cannot be represented in this installation", 1)
    ahead = 0
    zone = "GMT"
    if text.startswith("!"):
        text = text[1:]
    else:
        ahead = utc_offset(seconds)
        zone = offset_text(ahead) if ahead else "UTC"
    moment = moment_at(seconds + ahead)
    if text.startswith("*t"):
        return Table(fields(moment))
    return formatted(text, moment, seconds, zone, ahead)


def fields(moment: Moment) -> "dict[Any, Any]":
    """Return what os.date("*t") puts into its table."""
    return {
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "hour": moment.hour,
        "min": moment.minute,
        "sec": moment.second,
        "wday": moment.weekday + 1,
        "yday": moment.yearday,
        "isdst": FALSE,
    }


def field(t: "Any", name: str, default: "int | None", delta: int) -> int:
    """Read a field of a date table."""
    value = index(t, name)
    whole = to_integer(value)
    if whole is None:
        if value is not None:
            raise LuaError("field '%s' is not an integer" % name, 1)
        if default is None:
            raise LuaError("field '%s' missing in date table" % name, 1)
        return default
    if not -0x80000000 <= whole - delta <= 0x7FFFFFFF:
        raise LuaError("field '%s' is out-of-bound" % name, 1)
    return whole


def time_of(t: "Any", utc_offset: "Callable[[int], int]") -> int:
    """os.time(table): the table's fields are brought into their ranges, too."""
    if type(t) is not Table:
        raise type_error(1, "time", "table", t)
    year = field(t, "year", None, 1900)
    month = field(t, "month", None, 1)
    day = field(t, "day", None, 0)
    hour = field(t, "hour", 12, 0)
    minute = field(t, "min", 0, 0)
    second = field(t, "sec", 0, 0)
    local = seconds_at(year, month, day, hour, minute, second)
    seconds = local - utc_offset(local)
    seconds = local - utc_offset(seconds)
    if seconds == -1 or not -LIMIT < seconds < LIMIT:  # C says -1 where it cannot
        raise LuaError("time result cannot be represented in this installation", 1)
    normal = fields(moment_at(seconds + utc_offset(seconds)))
    for name in normal:
        setindex(t, name, normal[name])
    return seconds


def offset_text(ahead: int) -> str:
    """Return a time zone's difference as `%z` does."""
    minutes = abs(ahead) // 60
    return "%s%02d%02d" % ("-" if ahead < 0 else "+", minutes // 60, minutes % 60)


PLAIN = "aAbBcCdDeFgGhHIjmMnprRsStTuUVwWxXyYzZ%"
WITH_E = "cCxXyY"
WITH_O = "deHImMSuUVwWy"


def formatted(text: str, m: Moment, seconds: int, zone: str, ahead: int) -> str:
    """Return a moment as strftime writes it in the C locale."""
    parts = text.split("%")
    out = [parts[0]]
    at = 1
    while at < len(parts):
        part = parts[at]
        at += 1
        if part == "":
            if at == len(parts):
                raise bad_conversion("%")
            out.append("%" + parts[at])
            at += 1
            continue
        used = 1
        letter = part[0]
        allowed = PLAIN
        if letter == "E" or letter == "O":
            used = 2
            allowed = WITH_E if letter == "E" else WITH_O
            letter = part[1:2]
        if not letter or letter not in allowed:
            raise bad_conversion("%" + "%".join(parts[at - 1 :]))
        out.append(conversion(letter, m, seconds, zone, ahead))
        out.append(part[used:])
    return "".join(out)


def bad_conversion(conversion: str) -> LuaError:
    """Return the error for a conversion that strftime does not know."""
    return argument_error(1, "date", "invalid conversion specifier '%s'" % conversion)


SHORTHANDS = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
}


def conversion(letter: str, m: Moment, seconds: int, zone: str, ahead: int) -> str:
    """Return one conversion of os.date."""
    if letter in SHORTHANDS:
        return formatted(SHORTHANDS[letter], m, seconds, zone, ahead)
    if letter in "aA":
        return WEEKDAYS[m.weekday][:3] if letter == "a" else WEEKDAYS[m.weekday]
    if letter in "bBh":
        return MONTHS[m.month - 1] if letter == "B" else MONTHS[m.month - 1][:3]
    if letter in "gGV":
        year, week = iso_week(m)
        return "%02d" % (week if letter == "V" else year % 100) if letter != "G" else str(year)
    if letter in "UW":
        weekday = m.weekday if letter == "U" else (m.weekday - 1) % 7
        return "%02d" % ((m.yearday + 6 - weekday) // 7)
    if letter in "npZzY":
        return {
            "n": "\n",
            "p": "AM" if m.hour < 12 else "PM",
            "Z": zone,
            "z": offset_text(ahead),
            "Y": str(m.year),
        }[letter]
    if letter == "t":
        return "\t"
    if letter in "swu":
        return str({"s": seconds, "w": m.weekday, "u": (m.weekday - 1) % 7 + 1}[letter])
    if letter == "e":
        return "%2d" % m.day
    if letter == "j":
        return "%03d" % m.yearday
    return (
        "%02d"
        % {
            "C": m.year // 100,
            "d": m.day,
            "H": m.hour,
            "I": (m.hour + 11) % 12 + 1,
            "m": m.month,
            "M": m.minute,
            "S": m.second,
            "y": m.year % 100,
        }[letter]
    )
