"""Figures: what was measured, beside its goal and the best that is known of a peer."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from moonhop.cli.output import print_table


@dataclass(frozen=True)
class Figure:
    """One measured figure. ``value`` is the median where there are samples; ``n`` counts them.

    ``peer`` names the best that is known elsewhere, ``goal`` is ours, in the figure's unit.
    """

    name: str
    value: float
    unit: str
    p50: float | None = None
    p95: float | None = None
    n: int = 1
    peer: str | None = None
    goal: float | None = None
    more_is_better: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None if there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON: name value unit p50 p95 n peer goal."""
        known = asdict(self)
        del known["more_is_better"]
        return known


def of_samples(
    name: str,
    samples: Sequence[float],
    unit: str,
    peer: str | None = None,
    goal: float | None = None,
) -> Figure:
    """Return the figure of some samples, one at least."""
    middle = statistics.median(samples)
    return Figure(name, middle, unit, middle, percentile(samples, 95), len(samples), peer, goal)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the sample that `share` per cent of all do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean of some positive values."""
    return math.exp(sum(map(math.log, values)) / len(values))


def print_figures(figures: Sequence[Figure]) -> None:
    """Print figures as a table for people."""
    marks = {None: "", True: "met", False: "MISSED"}
    rows = [
        (
            figure.name,
            short(figure.value),
            short(figure.p95),
            figure.unit,
            figure.n,
            short(figure.goal),
            marks[figure.met],
            figure.peer or "",
        )
        for figure in figures
    ]
    print_table(("what", "p50", "p95", "unit", "n", "goal", "", "peer"), rows)


def short(value: float | None) -> str:
    """Return a number with three or four digits that matter."""
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


Say = Callable[[str], None]  # takes a line that tells how far a measurement is
