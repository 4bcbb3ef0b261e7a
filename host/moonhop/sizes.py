"""Sizes in bytes, as people read and write them: ``512 B``, ``4.2 MB``; a kB is 1000 bytes."""

import re

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kMGT]?)B?", re.IGNORECASE)


def shown(size: float) -> str:
    """Return a size for people: ``512 B``, ``4.2 MB``."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{size:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"


def parse_size(text: str) -> int:
    """Return how many bytes a text means: ``1500``, ``500MB``, ``1.5 G``. Raises ValueError."""
    match = SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no size; write it as 1500, 500MB or 1.5GB")
    return round(float(match[1]) * UNITS[match[2].upper()])
