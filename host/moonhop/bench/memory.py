"""How much memory an idle process takes on the host."""

import asyncio

from moonhop.bench.figures import Figure
from moonhop.bench.fleet import Fleet
from moonhop.bench.measurements import Effort
from moonhop.node.naps import AT_ONCE, BREATH, QUIET, STEP

SOURCE = """--! engines = ["{engine}"]
local n = 0
every(3600, function() n = n + 1 end)
"""
PEER = "VNetOS Lua 800 kB"
GOAL = 64.0  # kB


async def measure(effort: Effort) -> list[Figure]:
    """Start many idle processes on a worker, and see by how much it grows: at once, when engines
    still have their states, and when those of lua54 have been put away (`node/naps.py`)."""
    figures = []
    for engine in ("lua54", "luajit", "python"):
        effort.say(f"memory of idle processes on {engine}")
        count = effort.times(200, 20)
        for name, size in (await per_process(engine, count)).items():
            goal = GOAL if name == "idle lua54" else None
            figures.append(
                Figure(f"memory/{name}", size, "kB", size, n=count, peer=PEER, goal=goal)
            )
    return figures


async def per_process(engine: str, count: int) -> dict[str, float]:
    """Return the kB that each of `count` processes adds to a fresh worker."""
    source = SOURCE.replace("{engine}", engine)
    async with Fleet() as fleet:
        for _ in range(5):  # what the first ones load is shared by all
            await fleet.run(source, "idle", "n1")
        await asyncio.sleep(0.5)
        before = fleet.memory("n1")

        def grown() -> float:
            return (fleet.memory("n1") - before) / count / 1024

        for _ in range(count):
            await fleet.run(source, "idle", "n1")
        if engine != "lua54":
            await asyncio.sleep(0.5)
            return {f"idle {engine}": grown()}
        fresh = grown()  # before the first are put away
        await asyncio.sleep(QUIET + count / AT_ONCE * BREATH + 4 * STEP + 2)
        return {f"just started {engine}": fresh, f"idle {engine}": grown()}
