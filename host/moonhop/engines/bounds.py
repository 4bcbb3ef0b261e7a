"""Engines with the bounds that a program's manifest gives them, or else their node."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moonhop.engines.growth import GrowthWatch, resident
from moonhop.engines.memory import DEFAULT
from moonhop.engines.watchdog import DOG, Watch

if TYPE_CHECKING:
    from moonhop_core.process.program import Program

Make = Callable[["Program", Any], Any]


def bounded(make: Make, slice: float | None = None) -> Make:
    """Return what makes engines whose turns are watched. `slice`: seconds that a turn may take if
    the manifest does not say; None: as long as it likes.
    """

    def bounded_engine(program: "Program", host: Any) -> Any:
        engine = make(program, host)
        seconds = program.manifest.get("slice") or slice
        if engine.name == "python" and resident():
            limit = program.manifest.get("memory") or DEFAULT
            engine.watch = GrowthWatch(engine, math.inf if seconds is None else seconds, limit)
        elif seconds is not None:
            engine.watch = Watch(DOG, engine, seconds)
        return engine

    return bounded_engine
