"""Engines with the bounds that a program's manifest gives them, or else their node."""

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moonhop.engines.growth import GrowthWatch, resident
from moonhop.engines.memory import DEFAULT
from moonhop.engines.watchdog import DOG, Watch

if TYPE_CHECKING:
    from moonhop_core.process.program import Program

Make = Callable[["Program", Any], Any]


def bounded(
    make: Make, slice: float | None = None, stuck: Callable[[Any, str], None] | None = None
) -> Make:
    """Return what makes engines whose turns are watched.

    slice  seconds that a turn may take if the manifest does not say; None: as long as it likes
    stuck  called with the process and the reason, on another thread, when no interrupt ends a turn
    """

    def bounded_engine(program: "Program", host: Any) -> Any:
        engine = make(program, host)
        seconds = program.manifest.get("slice") or slice
        if engine.name == "python" and resident():
            limit = program.manifest.get("memory") or DEFAULT
            engine.watch = GrowthWatch(engine, math.inf if seconds is None else seconds, limit)
        elif seconds is not None:
            give_up = stuck and functools.partial(stuck, host)
            engine.watch = Watch(DOG, engine, seconds, stuck=give_up)
        return engine

    return bounded_engine
