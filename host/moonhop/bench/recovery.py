"""How long processes of a dead node take to go on elsewhere, once its death is known."""

import time

from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.fleet import PATIENCE, Fleet
from moonhop.bench.measurements import Effort
from moonhop.scheduler.rows import NewProcess, Terms
from moonhop.scheduler.scheduler import Patience
from moonhop_core.errors import MoonhopError

COUNT = 100
ROUNDS = 3
GOAL = 0.5
CHECKPOINT = 5.0  # seconds from one to the next; more often, checkpoints are all that is measured
PEER = "OneOS < 1 s"
SOURCE = """--! engines = ["lua54"]
local n = 0
every(0.5, function() n = n + 1 end)
"""


async def measure(effort: Effort) -> list[Figure]:
    """Kill a node with 100 processes; from the moment that the host knows until all of them run."""
    effort.say(f"recovery of {COUNT} processes of a killed node, each from its checkpoint")
    times = [await one() for _ in range(effort.times(ROUNDS, 1))]
    return [of_samples(f"recovery/{COUNT} processes", times, "s", PEER, GOAL)]


async def one() -> float:
    """Return the seconds of one recovery."""
    async with Fleet(cpython=3, patience=Patience(lost=0.0)) as fleet:
        host = fleet.host
        scheduler, store = host.scheduler, host.store
        program = host.programs.add(SOURCE.encode(), "ticks.lua")
        terms = Terms(checkpoint=CHECKPOINT)
        for _ in range(COUNT):
            scheduler.submit(NewProcess("ticks", program.hash, [], "n1", terms=terms))

        def all_in(state: str, imaged: bool = False) -> bool:
            rows = list(store.live())
            return len(rows) == COUNT and all(
                row.state == state and (row.image or not imaged) for row in rows
            )

        if not await scheduler.wait_until(lambda: all_in("running", imaged=True), PATIENCE):
            raise MoonhopError(f"{COUNT} processes do not all run and get written down")
        for row in list(store.live()):
            store.set_terms(row.pid, terms, None, "anywhere")
        node = scheduler.fleet.nodes["n1"]
        fleet.workers["n1"].kill()
        await scheduler.wait_until(lambda: not node.ready, PATIENCE)
        known = time.perf_counter()
        if not await scheduler.wait_until(
            lambda: all_in("running") and all(r.node != "n1" for r in store.live()), PATIENCE
        ):
            raise MoonhopError("the processes of the killed node do not all go on")
        return time.perf_counter() - known
