"""A simulation: nodes come, processes arrive, nodes die, drain and return; then it is checked.

Everything follows from the seed. Time is virtual; only ``placements_per_s`` is of this machine:
the placements of the largest plan over the processor time that it took from the rows and births to
the written result.
"""

import asyncio
import logging
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from moonhop.scheduler.logs import Logs
from moonhop.scheduler.plan import LIVE
from moonhop.scheduler.policies import unmet_need
from moonhop.scheduler.policies.named import DEFAULT
from moonhop.scheduler.rows import NewProcess, Terms
from moonhop.scheduler.scheduler import Patience, Scheduler
from moonhop.scheduler.store import Store
from moonhop.sim.virtual_time import run_virtually
from moonhop.sim.workers import SimulatedLink, SimulatedNode
from moonhop_core.errors import MoonhopError
from moonhop_core.process.program import Program

FLEET = "sim"
ZONES = ("north", "south", "east", "west")
MEMORY = (1 << 20, 2 << 20, 4 << 20)  # bytes of a node
SIZES = ("16k", "32k", "48k")  # of a process
SLOTS = 60
STEP = 20.0  # virtual seconds from one event of the fleet to the next
SETTLE = 60.0  # virtual seconds until all is quiet
PATIENCE = Patience(silence=1e9, lost=5.0)  # wills tell of deaths; no node is silent


@dataclass(frozen=True)
class Report:
    """What a simulation found; times in seconds. ``violations`` should be 0."""

    nodes: int
    processes: int
    seed: int
    policy: str
    placements: int
    placements_per_s: float
    moves: int
    deaths: int
    returns: int
    drains: int
    recovered: int
    waiting: int
    violations: int
    requests: int
    virtual_seconds: float
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


class TimedScheduler(Scheduler):
    """Knows of its largest plan how many it placed, and in how many seconds."""

    largest = 0, 1.0

    def plan(self) -> None:
        """Plan, with a clock beside it."""
        begin = time.process_time()
        before = self.store.placements
        super().plan()
        placed = self.store.placements - before
        self.largest = max(self.largest, (placed, max(time.process_time() - begin, 1e-9)))


MOST = {"nodes": 100_000, "processes": 2_000_000, "events": 100_000}


def simulate(
    nodes: int, processes: int, seed: int, policy: str = DEFAULT, events: int = 20
) -> Report:
    """Run a simulation. Raises MoonhopError for numbers or a policy that make no sense."""
    if nodes < 1 or processes < 0 or events < 0:
        raise MoonhopError("a simulation needs at least one node, and no negative numbers")
    for what, count in {"nodes": nodes, "processes": processes, "events": events}.items():
        if count > MOST[what]:
            raise MoonhopError(f"{count} {what} would not fit this machine; at most {MOST[what]}")
    logging.getLogger("moonhop.scheduler").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="moonhop-sim-") as folder:
        world = _World(nodes, processes, seed, policy, Path(folder))
        return run_virtually(world.run(events))


class _World:
    def __init__(self, nodes: int, processes: int, seed: int, policy: str, folder: Path) -> None:
        self.random = Random(seed)
        self.seed = seed
        self.policy = policy
        self.programs = {p.hash: p for p in map(self._program, range(len(ZONES) * len(SIZES)))}
        self.nodes = {f"n{n:05}": self._node(f"n{n:05}") for n in range(nodes)}
        self.wanted = processes
        self.counts: Counter[str] = Counter()
        self.folder = folder

    def _program(self, number: int) -> Program:
        zone, size = ZONES[number % len(ZONES)], SIZES[number // len(ZONES)]
        needs = f'--! needs = ["zone={zone}"]\n' if number % 2 else ""
        source = f'--! memory = "{size}"\n{needs}sleep({number + 1})'
        return Program.from_source(source, f"kind{number}.lua")

    def _node(self, name: str) -> SimulatedNode:
        tags = [f"zone={self.random.choice(ZONES)}"]
        engines = self.random.choice([["lua54", "luajit", "python"], ["python"]])
        return SimulatedNode(name, self.random.choice(MEMORY), SLOTS, tags, engines)

    async def run(self, events: int) -> Report:
        """Run it."""
        loop = asyncio.get_running_loop()
        begin = time.perf_counter()
        self.link = SimulatedLink(FLEET, self.nodes, self.random)
        store = Store(":memory:", loop.time)
        self.scheduler = TimedScheduler(
            store,
            self.link,
            FLEET,
            self.programs.__getitem__,
            Logs(self.folder / "logs"),
            PATIENCE,
            clock=loop.time,
        )
        await self.scheduler.start()
        for node in self.nodes.values():
            self.link.birth(node)
        await asyncio.sleep(STEP)
        first = self.wanted - self.wanted // 10
        self._submit(first)
        await asyncio.sleep(STEP)
        for number in range(events):
            self._submit((self.wanted - first) * (number + 1) // events - self.counts["late"])
            self._happen()
            await asyncio.sleep(STEP)
        if not events:
            self._submit(self.wanted - first)
        await asyncio.sleep(SETTLE)
        report = self._report(loop.time(), time.perf_counter() - begin)
        await self.scheduler.stop()
        store.close()
        return report

    def _submit(self, count: int) -> None:
        if count <= 0:
            return
        if self.counts["first"]:
            self.counts["late"] += count
        self.counts["first"] += 1
        hashes = sorted(self.programs)
        terms = Terms(self.policy)
        new = [
            NewProcess("sim", self.random.choice(hashes), [], app=f"app{n % 16}", terms=terms)
            for n in range(count)
        ]
        self.scheduler.store.add_processes(new, "arrived")
        self.scheduler.plan()

    def _happen(self) -> None:
        """Have a node die, return, drain or open."""
        fleet = self.scheduler.fleet.nodes
        dead = [node for node in self.nodes.values() if not node.alive]
        drained = [name for name, node in fleet.items() if node.drained]
        kind = self.random.choice(["die", "die", "return", "drain", "open"])
        if kind == "return" and dead:
            self.link.come_back(self.random.choice(dead))
            self.counts["returns"] += 1
        elif kind == "open" and drained:
            self.scheduler.drain(self.random.choice(drained), False)
        else:
            node = self.random.choice([node for node in self.nodes.values() if node.alive])
            if kind == "drain":
                self.scheduler.drain(node.id)
                self.counts["drains"] += 1
            elif len(dead) < len(self.nodes) - 1:
                self.counts["recovered"] += len(node.copies)
                self.counts["deaths"] += 1
                self.link.die(node)

    def _report(self, virtual: float, real: float) -> Report:
        scheduler, counts = self.scheduler, self.counts
        return Report(
            len(self.nodes),
            self.wanted,
            self.seed,
            self.policy,
            scheduler.store.placements,
            round(scheduler.largest[0] / scheduler.largest[1], 1),
            sum(event["kind"] == "hopped" for event in scheduler.store.events(limit=10**9)),
            counts["deaths"],
            counts["returns"],
            counts["drains"],
            counts["recovered"],
            sum(row.state == "pending" for row in scheduler.store.live()),
            self.violations(),
            self.link.requests,
            round(virtual, 3),
            round(real, 3),
        )

    def violations(self) -> int:
        """Count what must not be: a process with no copy or two, one on a node that lacks what it
        needs, a node with more than it holds, one that waits though the policy has room for it."""
        scheduler = self.scheduler
        found = 0
        copies: Counter[str] = Counter()
        for node in self.nodes.values():
            for pid, (epoch, state) in node.copies.items():
                copies[pid] += 1
                row = scheduler.store.process(pid)
                found += (row.node, row.epoch, state) != (node.id, epoch, "running")
        used: Counter[str] = Counter()
        held: Counter[str] = Counter()
        live = list(scheduler.store.live())
        for row in live:
            if row.state == "pending":
                continue
            wants = scheduler.view(row)
            assert row.node is not None
            used[row.node] += wants.memory
            held[row.node] += 1
            state = scheduler.fleet.nodes[row.node]
            need = None if state.drained else unmet_need(state.view, wants)
            found += need is not None or row.state not in LIVE or copies[row.pid] != 1
        for node in self.nodes.values():
            found += used[node.id] > node.memory or held[node.id] > node.slots
        found += abs(len(live) - self.wanted)  # lost, or doubled
        waiting = [scheduler.view(row) for row in live if row.state == "pending"]
        running = [scheduler.view(row) for row in live if row.state != "pending"]
        places = {row.pid: row.node for row in live if row.node}
        placement = scheduler.policies(self.policy)(
            scheduler.fleet.views(), [*running, *waiting], places
        )
        return found + sum(process.pid in placement.nodes for process in waiting)
