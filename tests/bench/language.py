"""The language table: each program's run time beside the same program on the bare engine."""

import contextlib
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from moonhop.bench.board import Board
from moonhop.bench.figures import Figure, Say, geometric_mean, percentile
from moonhop.bench.local import Run, engine_maker, load, run_once
from moonhop_core.errors import MoonhopError
from moonhop_core.process.program import Program
from tests.bench.bare import run_bare
from tests.bench.programs import PROGRAMS, path_of

Runner = Callable[[str, Program, int], Run]  # name, program, size


@dataclass(frozen=True)
class Contest:
    """An engine of ours and the bare engine it is compared with; the goals are of the ratio."""

    name: str
    peer: str
    sizes: str
    mean_goal: float
    worst_goal: float | None = None


CONTESTS = (
    Contest("lua54", "lua54", "lua54", 1.05, 1.15),
    Contest("luajit", "luajit", "luajit", 1.05, 1.15),
    Contest("python", "lua54", "python", 6.0),
    Contest("micropython", "lua54", "python", 8.0),
    Contest("micropython-native", "lua54", "python", 5.0),
)


@dataclass(frozen=True)
class Row:
    """A program on an engine: the seconds of our runs and of the peer's, in the order they ran."""

    program: str
    ours: list[float]
    bare: list[float]
    start: float  # seconds, making the engine: loading what was compiled
    compiling: float  # seconds, from Lua text to the engine's text, on CPython

    @property
    def ratio(self) -> float:
        """Our median run time over the peer's."""
        return statistics.median(self.ours) / statistics.median(self.bare)


def measure(
    contests: Sequence[Contest],
    names: Sequence[str],
    repeats: int,
    say: Say,
    small: bool = False,
) -> list[Figure]:
    """Measure programs on engines; an engine that fails on a program says so and counts not."""
    figures = []
    for contest in contests:
        rows = []
        for name in names:
            size = PROGRAMS[name].small if small else getattr(PROGRAMS[name], contest.sizes)
            say(f"{contest.name}: {name} {size}")
            try:
                rows.append(compare(contest, name, size, repeats))
            except (MoonhopError, ImportError) as error:
                say(f"{contest.name}: {name} cannot be measured: {error}")
        figures += figures_of(contest, rows)
    return figures


def compare(contest: Contest, name: str, size: int, repeats: int) -> Row:
    """Run both in turns, `repeats` times after one that does not count.

    Raises MoonhopError if ours fails, or prints something else.
    """
    program = load(path_of(name))
    begin = time.perf_counter()
    program.form("python" if contest.sizes == "python" else contest.name)
    compiling = time.perf_counter() - begin
    ours: list[Run] = []
    bare: list[Run] = []
    with runner(contest.name) as run:
        for _ in range(repeats + 1):
            gc.collect()
            bare.append(run_bare(contest.peer, name, [size]))
            ours.append(run(name, program, size))
            if ours[-1].output != bare[-1].output:
                raise MoonhopError(f"it prints {ours[-1].output!r}, not {bare[-1].output!r}")
    return Row(
        name,
        [each.run for each in ours[1:]],
        [each.run for each in bare[1:]],
        statistics.median([each.start for each in ours[1:]]),
        compiling,
    )


@contextlib.contextmanager
def runner(engine: str) -> Iterator[Runner]:
    """Give what runs a program once on an engine."""
    if engine.startswith("micropython"):
        with Board(native=engine.endswith("native")) as board:
            yield lambda name, program, size: board.run(program, [size])
    else:
        maker = engine_maker(engine)
        yield lambda name, program, size: run_once(program, maker, [size])


def figures_of(contest: Contest, rows: Sequence[Row]) -> list[Figure]:
    """Return an engine's figures: ratio of each program, their mean and worst; times."""
    figures = []
    peer = f"bare {contest.peer}"
    for row in rows:
        pairs = [ours / bare for ours, bare in zip(row.ours, row.bare, strict=True)]
        figures.append(
            Figure(
                f"language/{contest.name}/{row.program}",
                row.ratio,
                "x",
                statistics.median(pairs),
                percentile(pairs, 95),
                len(pairs),
                f"{peer} {statistics.median(row.bare) * 1e3:.1f} ms",
            )
        )
    if rows:
        ratios = [row.ratio for row in rows]
        count = len(rows)
        name = f"language/{contest.name}"
        mean = geometric_mean(ratios)
        figures.append(
            Figure(f"{name}: mean", mean, "x", n=count, peer=peer, goal=contest.mean_goal)
        )
        worst = max(rows, key=lambda row: row.ratio)
        figures.append(
            Figure(
                f"{name}: worst ({worst.program})",
                worst.ratio,
                "x",
                n=count,
                peer=peer,
                goal=contest.worst_goal,
            )
        )
        loading = [row.start * 1e3 for row in rows]
        compiling = [row.compiling * 1e3 for row in rows]
        figures.append(median_of(f"{name}: loading", loading))
        figures.append(median_of(f"{name}: compiling on the host", compiling))
    return figures


def median_of(name: str, samples: Sequence[float]) -> Figure:
    """Return a figure over programs, in ms."""
    middle = statistics.median(samples)
    return Figure(name, middle, "ms", middle, percentile(samples, 95), len(samples))
