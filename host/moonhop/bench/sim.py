"""How many processes a plan places in a second, on a simulated fleet."""

import asyncio

from moonhop.bench.figures import Figure
from moonhop.bench.measurements import Effort
from moonhop.sim.run import simulate

NODES = 5000
PROCESSES = 150_000
GOAL = 50_000.0
PEER = "Nomad 1,500 a second; OneOS < 1 s for a fleet of tens"


async def measure(effort: Effort) -> list[Figure]:
    """Simulate the fleet of the design once; a violation makes it worthless, so it is a figure."""
    nodes, processes = effort.times(NODES, 100), effort.times(PROCESSES, 3000)
    effort.say(f"plan for {nodes} simulated nodes and {processes} processes")
    report = await asyncio.to_thread(simulate, nodes, processes, seed=1)
    name = f"sim/{nodes} nodes, {processes} processes"
    return [
        Figure(
            f"{name}: placements",
            report.placements_per_s,
            "1/s",
            n=report.placements,
            peer=PEER,
            goal=GOAL,
            more_is_better=True,
        ),
        Figure(f"{name}: violations", report.violations, "", goal=0.0),
    ]
