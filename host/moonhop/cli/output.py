"""Tables and times for people."""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any


def print_json(value: Any) -> None:
    """Print a value as JSON, one line."""
    print(json.dumps(value, ensure_ascii=False))


def print_table(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print columns that are as wide as what is in them."""
    shown = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(titles, *shown, strict=True)]
    for row in (titles, *shown):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())


def ago(since: float) -> str:
    """Return how long ago a time (seconds since 1970) is: 12 s, 5 min, 3 h, 2 d."""
    seconds = max(0.0, time.time() - since)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def print_line(line: dict[str, Any], *, pid: bool = False) -> None:
    """Print one line of a program's log; failures and warnings go to stderr."""
    kind, text = line["kind"], line["text"]
    bad = kind in ("error", "warning")
    print(text, file=sys.stderr if bad else sys.stdout, flush=True)
