"""The ``Range`` header (RFC 9110, 14): one range of bytes."""

import re

RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.IGNORECASE)
DIGITS = 30  # of a number; what has more is beyond the end of any file as well


class NoSuchRange(Exception):
    """The range lies beyond the file's end: status 416."""


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (first, end) of the bytes asked for, end exclusive; None for the whole file.

    What is no range of bytes, or several, is ignored, as the RFC allows. Raises NoSuchRange.
    """
    match = RANGE.fullmatch((header or "").replace(" ", ""))
    if not match or match.groups() == ("", ""):
        return None
    first, last = (digits[:DIGITS] for digits in match.groups())
    if not first:
        length = int(last)
        if not length or not size:
            raise NoSuchRange
        return max(0, size - length), size
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    if start >= size:
        raise NoSuchRange
    return start, end
