"""A soak: a board at a mosquitto, with programs that use all a node has, and many messages."""

import asyncio
import contextlib
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop.scheduler.scheduler import Patience
from moonhop.state import State
from moonhop_core.errors import MoonhopError
from tests.brokers import MosquittoBroker
from tests.host.fleet import workers
from tests.sessions.proxy import Proxy
from tests.sessions.world import run, until, until_lost
from tests.soak.feeder import Feeder
from tests.soak.flatness import Sample
from tests.soak.programs import BUSY, ECHO, TRAVELLER

BOARD, DESK = "board", "desk"
HEAP = "288K"  # the three programs and some 40 kB; a 32-bit heap of half the size has as much
USER, WORD = "fleet", "fleet-secret"
THINGS = {"sensors": {"warmth": {"driver": "constant", "value": 20.5, "every": 0.1}}}
PATIENCE = Patience(silence=30.0, lost=600.0)  # a board that is cut off keeps its processes
BACK = 60.0  # seconds for all to be there again after a break
STAY = 0.5  # seconds of the traveller at each end
CUT, UNHEARD, RESTARTED = "link cut", "acknowledgements lost", "broker restarted"
LOOK = "look"  # at the heap
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a soak does. ``messages`` are those that the board takes and those that it sends back;
    its heap is looked at ``points`` times, when nothing is under way, and ``breaks`` times its link
    is cut or the broker is started again, at moments that follow from ``seed``. ``echo`` is the
    program that sends back what it hears, ``heap`` the board's; after ``most`` seconds it ends all
    the same.
    """

    messages: int
    seed: int
    points: int
    breaks: int = 3
    echo: bytes = ECHO
    heap: str = HEAP
    most: float = float("inf")

    def moments(self) -> Iterator[tuple[int, str, int]]:
        """Give numbers of the feeder's in their order, what to do when they have come back, and up
        to which it may go on meanwhile."""
        last = self.messages // 2
        chance = random.Random(self.seed)
        kinds = itertools.cycle(chance.sample((CUT, UNHEARD, RESTARTED), 3))
        breaks = [(chance.randrange(1, last), next(kinds)) for _ in range(self.breaks)]
        looks = [(last * i // self.points, LOOK) for i in range(1, self.points + 1)]
        ahead = iter(looks)
        limit = 0
        for number, what in sorted(breaks + looks):
            while limit < number:
                limit = next(ahead)[0]
            yield number, what, limit


@dataclass
class Report:
    """What became of it. ``trouble`` is what must not be, a line each."""

    messages: int = 0
    seconds: float = 0.0
    samples: list[Sample] = field(default_factory=list)
    breaks: Counter[str] = field(default_factory=Counter)
    hops: int = 0
    repeated: int = 0
    trouble: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def soak(home: Path, plan: Plan, say: Say = lambda line: None) -> Report:
    """Carry it out, with all files below ``home``; ``say`` is told how far it is."""
    (home / "store").mkdir(parents=True)
    mosquitto = MosquittoBroker({USER: WORD}, home / "store")
    mosquitto.start()
    try:
        return asyncio.run(_run(home, mosquitto, plan, say))
    finally:
        mosquitto.stop()


async def _run(home: Path, mosquitto: MosquittoBroker, plan: Plan, say: Say) -> Report:
    external = ExternalBroker(mosquitto.host, mosquitto.port, USER, WORD)
    async with (
        Host(State("soak", home), patience=PATIENCE, broker=external) as host,
        Proxy(mosquitto.port) as wire,
    ):
        await workers(host, DESK)
        config = replace(host.add_node(BOARD), mqtt_port=wire.port)
        worker = await host.workers.start_micropython(config, plan.heap, THINGS)
        await host.wait_for_worker(worker, BACK)
        return await _Soak(host, mosquitto, wire, plan, say).run()


class _Soak:
    def __init__(
        self, host: Host, mosquitto: MosquittoBroker, wire: Proxy, plan: Plan, say: Say
    ) -> None:
        self.host, self.mosquitto, self.wire = host, mosquitto, wire
        self.plan, self.say = plan, say
        self.report = Report()
        self._home = asyncio.Lock()  # held while the traveller is away from the desk
        self._feeder = Feeder(host.add_node("feeder"), plan.seed)

    async def run(self) -> Report:
        report, host = self.report, self.host
        pids = [await run(host, source, BOARD) for source in (self.plan.echo, BUSY)]
        pids.append(await run(host, TRAVELLER, DESK))
        with self._feeder as feeder:
            travelling = asyncio.create_task(self._travel(pids[-1]))
            begun = time.monotonic()
            for number, what, limit in self.plan.moments():
                feeder.to(limit)
                await asyncio.to_thread(feeder.wait, number)
                report.messages = 2 * number
                report.seconds = time.monotonic() - begun
                await (self._look() if what == LOOK else self._break(what))
                report.trouble = feeder.wrong + self._complaints(pids)
                if report.trouble or report.seconds > self.plan.most:
                    break
            travelling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await travelling
            report.repeated = feeder.repeated
        return report

    async def _look(self) -> None:
        """Take a sample while the traveller is at the desk."""
        async with self._home:
            memory = (await self.host.scheduler.nodes.ask(BOARD, "stat", {}))["memory"]
        report = self.report
        report.samples.append(Sample(report.messages, **memory))
        self.say(f"{report.messages} messages, {report.rate:.0f}/s: {report.samples[-1]}")

    async def _break(self, how: str) -> None:
        """Break something, and return when all are there again."""
        host, wire = self.host, self.wire
        self.report.breaks[how] += 1
        if how == RESTARTED:
            await asyncio.to_thread(self.mosquitto.stop)
            await asyncio.to_thread(self.mosquitto.start)
        else:
            if how == UNHEARD:
                wire.stall("up")
                await asyncio.to_thread(self._feeder.wait_stuck)
            wire.cut()
            await until_lost(host, BOARD)
            wire.mend()
        moment = time.monotonic()
        nodes = host.scheduler.fleet.nodes.values()
        await until(host, lambda: all(n.usable and n.heard > moment for n in nodes), BACK)

    async def _travel(self, pid: str) -> None:
        """Have the traveller hop to the board and back, again and again."""
        while True:
            async with self._home:
                await self._hop(pid, BOARD)
                await asyncio.sleep(STAY)
                while self.host.store.process(pid).node != DESK:
                    await self._hop(pid, DESK)
            await asyncio.sleep(STAY)

    async def _hop(self, pid: str, node: str) -> None:
        try:
            await self.host.scheduler.hop(pid, node)
            self.report.hops += 1
        except MoonhopError:  # the link is cut just now; the process stays where it was
            await asyncio.sleep(STAY / 10)

    def _complaints(self, pids: list[str]) -> list[str]:
        """Return what programs found wrong, what was said of them, and which run no more."""
        host = self.host
        rows = [host.store.process(pid) for pid in pids]
        said = [line for pid in pids for line in host.scheduler.logs.lines(pid)]
        found = [f"{row.pid} is {row.state}: {row.reason}" for row in rows if row.over]
        return found + [line["text"] for line in said if line["text"] != "ready"]
