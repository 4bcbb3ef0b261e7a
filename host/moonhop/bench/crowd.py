"""A thousand workers on one broker: how long they take to join, and what a fleet so large does to
the start and the hop of one process."""

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.fleet import PATIENCE, Fleet
from moonhop.bench.measurements import Effort
from moonhop_core.errors import MoonhopError

WORKERS = 1000
TOGETHER = 250  # of them in one OS process, each with its own connection
AT_ONCE = 50  # join at the same time
HOPS = 30
SOURCE = """--! engines = ["lua54"]
sleep(1e6)
"""
JOIN = 300.0  # seconds for all to join


async def measure(effort: Effort) -> list[Figure]:
    """Have workers join, then start processes on some and have one hop."""
    count = effort.times(WORKERS, 20)
    effort.say(f"{count} workers on one broker")
    async with Fleet(cpython=0) as fleet:
        host = fleet.host
        names = [f"w{number:04}" for number in range(count)]
        configs = [asdict(host.add_node(name)) for name in names]
        began = time.perf_counter()
        crowds = []
        try:
            with tempfile.TemporaryDirectory(prefix="moonhop-crowd-") as folder:
                for first in range(0, count, TOGETHER):
                    path = Path(folder, f"{first}.json")
                    path.write_text(json.dumps(configs[first : first + TOGETHER]), "utf-8")
                    crowds.append(
                        await asyncio.create_subprocess_exec(
                            sys.executable, "-m", "moonhop.bench.crowd", str(path)
                        )
                    )
                nodes = host.scheduler.fleet.nodes
                joined = lambda: len([n for n in nodes.values() if n.usable]) == count  # noqa: E731
                if not await host.scheduler.wait_until(joined, JOIN):
                    known = len([n for n in nodes.values() if n.usable])
                    raise MoonhopError(f"only {known} of {count} workers joined in {JOIN:g} s")
            took = time.perf_counter() - began
            starts, hops = await _use(fleet, names, effort.times(HOPS, 4))
            there = len([n for n in nodes.values() if n.usable])
        finally:
            for crowd in crowds:
                crowd.terminate()
                await asyncio.wait_for(crowd.wait(), PATIENCE)
    return [
        Figure(f"crowd/{count} workers: all have joined", took, "s"),
        Figure("crowd/workers still there after that", there, "", goal=count, more_is_better=True),
        of_samples("crowd/start of a process, from the wish", starts, "ms"),
        of_samples("crowd/hop", hops, "ms"),
    ]


async def _use(fleet: Fleet, names: list[str], count: int) -> tuple[list[float], list[float]]:
    """Start a process on some workers, and have one hop among them: milliseconds of each."""
    starts, hops = [], []
    chosen = names[:: max(1, len(names) // count)][:count]
    for name in chosen:
        began = time.perf_counter()
        row = await fleet.run(SOURCE, "idle", name)
        starts.append((time.perf_counter() - began) * 1e3)
    for name in chosen[:-1]:
        hops.append((await fleet.host.scheduler.hop(row.pid, name, "bench")).total)
    return starts, hops


async def be(path: Path) -> None:
    """Be the workers whose configurations a file lists, until SIGTERM ends this process."""
    from moonhop.node.config import Config
    from moonhop.node.runtime import Node

    nodes = [Node(Config.from_dict(each)) for each in json.loads(path.read_text("utf-8"))]
    for first in range(0, len(nodes), AT_ONCE):
        await asyncio.gather(*(node.start() for node in nodes[first : first + AT_ONCE]))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(be(Path(sys.argv[1])))
