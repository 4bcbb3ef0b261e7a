"""How long a hop takes, and how long a 200 Hz program stands still for it."""

import asyncio
import itertools

from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.fleet import Fleet
from moonhop.bench.measurements import Effort

# A small process; and it tells when each tick came, so that the longest gap shows.
SOURCE = """--! engines = ["lua54", "python"]
local PERIOD, n, sum = 0.005, 0, 0
local state = {name = "bench", values = {1, 2, 3}}
every(PERIOD, function()
  n = n + 1
  sum = sum + state.values[n % 3 + 1]
  publish("bench/tick", string.format("%d %.6f", n, now()))
end)
"""
PERIOD = 5.0  # ms
HOPS = 30
SETTLE = 0.25  # seconds between hops
GOALS = {"host": 10.0, "board": 60.0}
PAUSE_GOAL = 15.0
PEER = "ThingsJS ~640 ms; JAM 6 ms over UDP"
PAUSE_PEER = "ThingsJS > 600 ms"


async def measure(effort: Effort) -> list[Figure]:
    """Hop a program back and forth between two hosts, and between a host and a MicroPython."""
    count = effort.times(HOPS, 4)
    figures = []
    async with Fleet(cpython=2, micropython=True) as fleet:
        effort.say("hops from host to host, engine lua54")
        figures += await between(fleet, "n1", "n2", count, "host to host", "host")
        effort.say("hops between host and MicroPython")
        figures += await between(fleet, "n1", "board", count, "host and MicroPython", "board")
    return figures


async def between(
    fleet: Fleet, here: str, there: str, count: int, name: str, goal: str
) -> list[Figure]:
    """Hop `count` times; return the figures of the hop and of the pause."""
    fleet.heard.clear()
    row = await fleet.run(SOURCE, "ticks", here)
    scheduler = fleet.host.scheduler
    hops, phases = [], []
    for _, target in zip(range(count), itertools.cycle((there, here)), strict=False):
        await asyncio.sleep(SETTLE)
        report = await scheduler.hop(row.pid, target, "bench")
        hops.append(report.total)
        phases.append(report.pause)
    await asyncio.sleep(SETTLE)
    await scheduler.end(row.pid)
    pauses = longest_gaps(fleet.heard["bench/tick"], count)
    return [
        of_samples(f"hop/{name}", hops, "ms", PEER, GOALS[goal]),
        of_samples(f"hop/{name}: from stop to go", phases, "ms"),
        of_samples(f"hop/{name}: pause at 200 Hz", pauses, "ms", PAUSE_PEER, PAUSE_GOAL),
    ]


def longest_gaps(ticks: list[str], count: int) -> list[float]:
    """Return by how many ms the `count` longest gaps between ticks exceed the period."""
    moments = [float(tick.split()[1]) * 1e3 for tick in ticks]
    gaps = [after - before - PERIOD for before, after in itertools.pairwise(moments)]
    return sorted(gaps)[-count:]
