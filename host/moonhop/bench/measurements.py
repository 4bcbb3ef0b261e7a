"""The measurements by name; each one's file is imported when it is asked for."""

import asyncio
import importlib
from collections.abc import Sequence
from dataclasses import dataclass

from moonhop.bench.figures import Figure, Say
from moonhop_core.errors import MoonhopError

# name -> what it measures; its file has `async measure(effort) -> list[Figure]`
MEASUREMENTS = {
    "start": "start of a process in a running worker",
    "memory": "memory of an idle process",
    "hop": "hop between two nodes, and the pause it puts on a 200 Hz program",
    "message": "message from node to node, and inside a worker",
    "recovery": "recovery of a dead node's processes",
    "sim": "placements a second for a simulated fleet",
    "files": "the file server, beside others",
    "crowd": "a thousand workers on one broker",
    "dhrystone": "Dhrystones per second on each engine",
}
# names that are taken, and what has to be there before they can be measured
LATER = {
    "call": "controllers",
    "world": "worlds",
}


@dataclass(frozen=True)
class Effort:
    """How much a measurement does. ``share`` scales its repeats: 1 is the real thing, less is for
    a quick look; ``say`` is told how far it is."""

    share: float
    say: Say

    def times(self, full: int, least: int = 2) -> int:
        """Return how often to repeat what is repeated `full` times in the real thing."""
        return max(least, round(full * self.share))


def check(names: Sequence[str]) -> list[str]:
    """Return the measurements to do; none named: all. Raises MoonhopError for the others."""
    for name in names:
        if name in LATER:
            raise MoonhopError(
                f"cannot measure {name!r} yet: this moonhop comes without {LATER[name]}"
            )
        if name not in MEASUREMENTS:
            known = ", ".join(MEASUREMENTS)
            raise MoonhopError(f"there is no measurement {name!r}; there are {known}")
    return list(names or MEASUREMENTS)


def measure(name: str, effort: Effort) -> list[Figure]:
    """Carry out one measurement. Raises MoonhopError if it cannot be done here."""
    module = importlib.import_module(f"moonhop.bench.{name}")
    figures: list[Figure] = asyncio.run(module.measure(effort))
    return figures
