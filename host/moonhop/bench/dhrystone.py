"""Dhrystones per second on each engine."""

import statistics
from collections.abc import Sequence

from moonhop.bench.board import Board
from moonhop.bench.figures import Figure
from moonhop.bench.local import engine_maker, load, run_once
from moonhop.bench.measurements import Effort
from moonhop.resources import folder
from moonhop_core.process.program import Program

FILE = folder("examples") / "bench" / "dhrystone.lua"
LOOPS = {"lua54": 80_000, "luajit": 4_000_000, "python": 10_000, "micropython": 5_000}
REPEATS = 5
PEERS = {
    "luajit": "VNetOS parallel LuaJIT 600k/s",
    "micropython": "VNetOS ESP32 Lua 1k/s",
}


async def measure(effort: Effort) -> list[Figure]:
    """Run examples/bench/dhrystone.lua."""
    program = load(FILE)
    figures = []
    for engine, full in LOOPS.items():
        effort.say(f"Dhrystone on {engine}")
        loops = effort.times(full, 100)
        speeds = [loops / took for took in times(program, engine, loops, effort.times(REPEATS))]
        figures.append(of_speeds(f"dhrystone/{engine}", speeds, PEERS.get(engine)))
    return figures


def of_speeds(name: str, speeds: Sequence[float], peer: str | None) -> Figure:
    """Return the figure of some speeds in loops a second; its p95 is the slowest."""
    middle = statistics.median(speeds)
    return Figure(name, middle, "1/s", middle, min(speeds), len(speeds), peer, more_is_better=True)


def times(program: Program, engine: str, loops: int, repeats: int) -> list[float]:
    """Return the seconds of each run."""
    if engine == "micropython":
        with Board() as board:
            return [board.run(program, [loops]).run for _ in range(repeats)]
    maker = engine_maker(engine)
    return [run_once(program, maker, [loops]).run for _ in range(repeats)]
