"""Dhrystones per second on each engine."""

import statistics

from moonhop.bench import checkout
from moonhop.bench.board import Board
from moonhop.bench.figures import Figure
from moonhop.bench.local import engine_maker, load, run_once
from moonhop.bench.measurements import Effort
from moonhop_core.process.program import Program

LOOPS = {"lua54": 80_000, "luajit": 4_000_000, "python": 10_000, "micropython": 5_000}
REPEATS = 5
PEERS = {
    "luajit": "VNetOS parallel LuaJIT 600k/s",
    "micropython": "VNetOS ESP32 Lua 1k/s",
}


async def measure(effort: Effort) -> list[Figure]:
    """Run tests/bench/programs/dhrystone.lua."""
    program = load(checkout.programs() / "dhrystone.lua")
    figures = []
    for engine, full in LOOPS.items():
        effort.say(f"Dhrystone on {engine}")
        loops = effort.times(full, 100)
        seconds = times(program, engine, loops, effort.times(REPEATS))
        speed = loops / statistics.median(seconds)
        slowest = loops / max(seconds)
        figures.append(
            Figure(
                f"dhrystone/{engine}",
                speed,
                "1/s",
                speed,
                slowest,
                len(seconds),
                PEERS.get(engine),
                more_is_better=True,
            )
        )
    return figures


def times(program: Program, engine: str, loops: int, repeats: int) -> list[float]:
    """Return the seconds of each run."""
    if engine == "micropython":
        with Board() as board:
            return [board.run(program, [loops]).run for _ in range(repeats)]
    maker = engine_maker(engine)
    return [run_once(program, maker, [loops]).run for _ in range(repeats)]
