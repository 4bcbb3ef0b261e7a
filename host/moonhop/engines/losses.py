"""What numbers of an image luajit cannot keep: its own are doubles, its integers end at 2^53."""

import math
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moonhop_core.process.engine import Record

WHOLE = 1 << 53
SHOWN = 3  # paths of each kind


class Losses:
    """Collects them while records are read, and says at the end where they are."""

    def __init__(self) -> None:
        self.rounded = 0
        self.rounded_at: list[tuple[Any, ...]] = []  # places in records, of the first few
        self.whole_at: list[tuple[Any, ...]] = []

    def note(self, record: "Record") -> None:
        """Look through a record."""
        for place, value in enumerate(record[2:], 2):
            if type(value) is int:
                if not -WHOLE <= value <= WHOLE and int(float(value)) != value:
                    self.rounded += 1
                    if len(self.rounded_at) < SHOWN:
                        self.rounded_at.append((*record[:2], place, float(value)))
            elif type(value) is str and value[:1] == "d" and record[0] != "k":
                number = float_of(value) if len(self.whole_at) < SHOWN else math.nan
                if number.is_integer() and abs(number) <= WHOLE and str(number) != "-0.0":
                    self.whole_at.append((*record[:2], place, number))

    def texts(self, whole: int, path: Callable[..., str]) -> list[str]:
        """Say what was lost, in a text for each kind. `whole` is how many floats became integers,
        `path` names what stands at a place of a record."""
        found = []
        if self.rounded:
            where = _where(self.rounded, self.rounded_at, path)
            found.append(f"{self.rounded} integers beyond 2^53 were rounded ({where})")
        if whole:
            where = _where(whole, self.whole_at, path)
            found.append(f"{whole} floats with whole values became integers ({where})")
        return found


def _where(count: int, places: list[tuple[Any, ...]], path: Callable[..., str]) -> str:
    paths = [path(*place) for place in places]
    return ", ".join(paths + ["…"] * (count > len(paths)))


def float_of(mark: str) -> float:
    """Return the float that a mark of an image stands for; nan if it is none."""
    try:
        found: float = struct.unpack(">d", bytes.fromhex(mark[1:].ljust(16, "0")))[0]
    except (ValueError, struct.error):
        return math.nan
    return found
