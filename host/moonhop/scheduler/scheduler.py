"""The scheduler: hears the nodes, plans, has processes start, hop and end, writes all of it down.

It runs on one asyncio loop and talks through one link; what it must not forget is in the store
before anybody is told. Started again, it goes on from there: nodes say their births anew, and each
is asked for the processes it has.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from moonhop.scheduler import restarts
from moonhop.scheduler.answers import Answers
from moonhop.scheduler.coordinator import Coordinator, HopReport
from moonhop.scheduler.evaluations import Evaluations
from moonhop.scheduler.fleet import Fleet
from moonhop.scheduler.hearing import Hearing
from moonhop.scheduler.logs import Logs
from moonhop.scheduler.losses import Losses
from moonhop.scheduler.monitor import Monitor
from moonhop.scheduler.plan import LIVE, make_plan
from moonhop.scheduler.policies import Policy, Process, policy_named
from moonhop.scheduler.requests import NodeRequests
from moonhop.scheduler.rows import NewProcess, ProcessRow, Terms
from moonhop.scheduler.starts import Starts
from moonhop.scheduler.store import Store
from moonhop.scheduler.views import check_fits, process_view, run_settings
from moonhop_core.errors import MoonhopError
from moonhop_core.node.link import Link
from moonhop_core.node.messages import UNKNOWN_PROCESS, RequestError, Topics
from moonhop_core.process.program import Program

STOP_TIMEOUT = 10.0
MOVES = 8  # hops of the plan's own under way at a time
REJOIN = 15.0  # seconds more for nodes after a restart: they may be amid a pause between attempts
PLAN_GAP = 0.005  # seconds from a change to the plan, so that changes come together
REST = 10.0  # seconds that a process is left alone after a move of it failed

Programs = Callable[[str], Program]  # by hash; raises MoonhopError if unknown
ReadImage = Callable[[str, int], str | None]  # path and most bytes; None: the node fetches it
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long the scheduler waits for nodes, in seconds."""

    silence: float = 10.0  # without a word from a node until it counts as lost
    lost: float = 10.0  # from then on until its processes go on elsewhere


class Scheduler:
    """Holds the fleet's processes to where they should be."""

    def __init__(
        self,
        store: Store,
        link: Link,
        fleet_name: str,
        programs: Programs,
        logs: Logs,
        patience: Patience = Patience(),
        policies: Callable[[str], Policy] = policy_named,
        clock: Callable[[], float] = time.time,
        read_image: ReadImage = lambda path, most: None,
    ) -> None:
        self.store = store
        self.fleet = Fleet(store)
        self.logs = logs
        self.topics = Topics(fleet_name)
        self.link = link
        self.programs = programs
        self.patience = patience
        self.policies = policies
        self.clock = clock
        self.read_image = read_image
        self.nodes = NodeRequests(link, self.topics)
        self.coordinator = Coordinator(store, self.nodes)
        self.answers = Answers(self)
        self.hearing = Hearing(self)
        self.losses = Losses(self)
        self.starts = Starts(self)
        self.evaluations = Evaluations(self)
        self.monitor = Monitor(self)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiters: set[asyncio.Event] = set()
        self._stack = contextlib.ExitStack()
        self._moving: set[str] = set()
        self._hands = asyncio.Semaphore(MOVES)
        self._left_alone: dict[str, float] = {}  # pid: until when
        self._plan_due = self._resting = False
        self._plan_took = 0.0  # seconds, the last time
        self._views: dict[str, tuple[ProcessRow, Process]] = {}
        self._kinds: dict[tuple[str, Terms], Process] = {}  # what processes have in common
        self.stuck: dict[str, str] = {}  # pid: why a process that should move stays
        self._troubles: set[str] = set()
        self.asked: dict[str, str] = {}  # pid: what a node is being asked to do with it
        self.followed: set[str] = set()  # applications with processes that wait for others
        self._alarm: asyncio.TimerHandle | None = None

    async def start(self, connect: Callable[[], Awaitable[None]] | None = None) -> None:
        """Hear the nodes. The link is connected already, or ``connect`` does it: what waited in
        the host's session with the broker comes at once."""
        self._stack.enter_context(self.store.listening(self.notify))
        self.coordinator.settle_interrupted()
        self.link.on_message = self.hearing.take
        if connect:
            await connect()
        for what in ("birth", "load", "log", "event"):
            await self.link.subscribe(self.topics.node("+", what))
        await self.link.subscribe(self.topics.reply("+", "host"))
        await self.link.subscribe(self.topics.host_request("+"))
        for node in self.fleet.nodes.values():  # unknown until heard
            self.losses.expect(node, REJOIN)
        self.spawn(self.losses.watch())

    def rest(self) -> None:
        """Plan nothing more: the host ends, and its nodes leave with it."""
        self._resting = True

    async def stop(self) -> None:
        """Let go of everything that is under way; the store knows where to go on."""
        if self._alarm:
            self._alarm.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._stack.close()
        self.logs.close()

    # -- what people ask -------------------------------------------------------------------------

    def submit(self, new: NewProcess, reason: str = "") -> ProcessRow:
        """Take a new process; it starts now if a node fits, else when one does.

        Raises MoonhopError if the program or node is unknown, or the node cannot run it.
        """
        manifest = self.programs(new.program).manifest
        self.policies(new.terms.policy)
        if new.wanted is not None:
            check_fits(self.fleet.ready_node(new.wanted), manifest, new.terms)
        asked = f"asked to run on {new.wanted}" if new.wanted else "asked to run"
        row = self.store.add_process(new, reason or asked)
        self.plan()
        return self.store.process(row.pid)

    async def hop(self, pid: str, node: str, reason: str = "asked to hop") -> HopReport:
        """Bring a process to a node. Raises MoonhopError if it stays where it is."""
        async with self.lock(pid):
            process = self.running(pid)
            target = self.fleet.ready_node(node)
            if process.node == node:
                raise MoonhopError(f"process {pid} is on node {node} already")
            program = self.programs(process.program)
            check_fits(target, program.manifest, process.terms)
            settings = run_settings(process, target, program)
            try:
                report = await self.coordinator.hop(process, node, settings, reason)
            finally:
                self._after_hop(pid)
        self.replan()
        return report

    def _after_hop(self, pid: str) -> None:
        """Look whether a node died while the process was on its way, and nobody minded."""
        process = self.store.process(pid)
        node = self.fleet.nodes.get(process.node or "")
        if node is not None and not node.ready:
            self.losses.lose(node)

    async def end(self, pid: str, verb: str = "stop", reason: str = "") -> ProcessRow:
        """Stop (at rest) or kill (at once) a process. Raises MoonhopError if it is over."""
        async with self.lock(pid):
            process = self._live(pid)
            if process.node is not None and process.state not in ("pending", "unreachable"):
                await self._ask(process, verb)
            self.store.set_state(pid, "stopped", reason or f"asked to {verb}")
            self._forget(pid)
        self.replan()
        return self.store.process(pid)

    async def pause(self, pid: str, verb: str = "pause") -> ProcessRow:
        """Pause or resume a process. Raises MoonhopError if it does not run."""
        async with self.lock(pid):
            self.asked[pid] = f"asked to {verb}"
            try:
                await self._ask(self.running(pid), verb)
            finally:
                reason = self.asked.pop(pid)
            state = "paused" if verb == "pause" else "running"
            self.store.set_state(pid, state, reason)
        self.notify()
        return self.store.process(pid)

    def drain(self, node: str, drained: bool = True) -> None:
        """Have all processes leave a node and none come, or open it again. Raises MoonhopError if
        there is no such node."""
        self.fleet.set_drained(node, drained, "asked to drain" if drained else "asked to open")
        self._left_alone.clear()
        self.plan()

    async def wait_started(self, pid: str, timeout: float) -> ProcessRow:
        """Wait until a process that has a node is past its start; return it."""
        await self.wait_until(lambda: self.store.process(pid).state != "starting", timeout)
        return self.store.process(pid)

    async def wait_until(self, done: Callable[[], bool], timeout: float) -> bool:
        """Wait until ``done()`` holds, looking whenever something changed; tell whether it does."""
        news = asyncio.Event()
        self._waiters.add(news)
        try:
            async with asyncio.timeout(timeout):
                while not done():
                    news.clear()
                    await news.wait()
        except TimeoutError:
            return done()
        finally:
            self._waiters.discard(news)
        return True

    def come_to_an_end(
        self, process: ProcessRow, state: str, reason: str, failed: bool = True
    ) -> None:
        """Take note of an end; start the process anew if its terms say so."""
        now = self.clock()
        again = None if state == "stopped" else restarts.delay(process, failed, now)
        if again is None:
            self.over(process, state, reason)
            return
        attempts, wait = again
        self.store.event(state, process.pid, process.node, reason)
        text = f"{state} ({reason}); starts again in {wait:g} s"
        self.store.set_back(process.pid, text, attempts, now + wait)
        self.evaluations.lose(process.pid, f"process {process.pid} {text}")

    # -- the plan --------------------------------------------------------------------------------

    def replan(self) -> None:
        """Plan soon: what changes at about the same time is planned once, and a fleet so large that
        planning takes long has as much time for everything else."""
        if not self._plan_due:
            self._plan_due = True
            gap = max(PLAN_GAP, self._plan_took)
            asyncio.get_running_loop().call_later(gap, self._plan_if_due)

    def _plan_if_due(self) -> None:
        if self._plan_due:
            self.plan()

    def plan(self) -> None:
        """Compare what is with what should be, write down what follows, and have it done."""
        self._plan_due = False
        if self._resting:
            return
        began = time.perf_counter()
        now = self.clock()
        rows = list(self.store.live())
        self.followed = {row.app for row in rows if row.terms.after and row.state == "pending"}
        plan = make_plan(rows, self.fleet.views(), self.view, self.policies, now)
        for trouble in set(plan.troubles) - self._troubles:
            self.store.event("policy failed", None, None, trouble)
        self._troubles = set(plan.troubles)
        if plan.starts:
            self.spawn(self.starts.start_all(self.store.place_all(plan.starts)))
        self.store.wait_for_node(plan.waits)
        self.stuck = plan.stays
        for pid, node, reason in plan.moves:
            if pid not in self._moving and self._left_alone.get(pid, 0.0) <= now:
                self._moving.add(pid)
                self.spawn(self._move(pid, node, reason))
        if plan.again is not None:
            if self._alarm:
                self._alarm.cancel()
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(max(plan.again - now, 0.0) + 0.001, self.replan)
        self._plan_took = time.perf_counter() - began
        self.notify()

    async def _move(self, pid: str, node: str, reason: str) -> None:
        """Have a process hop because the plan says so."""
        try:
            async with self._hands:
                await self.hop(pid, node, reason)
        except MoonhopError as error:
            log.info("move of %s to %s: %s", pid, node, error)
            self._left_alone[pid] = self.clock() + REST
            asyncio.get_running_loop().call_later(REST, self.replan)
        finally:
            self._moving.discard(pid)

    # -- small parts -----------------------------------------------------------------------------

    def view(self, row: ProcessRow) -> Process:
        """Return a process as policies see it."""
        known = self._views.get(row.pid)
        if known and known[0].terms is row.terms and known[0].wanted == row.wanted:
            return known[1]
        kind = self._kinds.get((row.program, row.terms))
        if kind is None:
            try:
                manifest = self.programs(row.program).manifest
            except MoonhopError:  # its file is gone: the node will say so
                manifest = {}
            kind = self._kinds[row.program, row.terms] = process_view(row, manifest)
        found = kind._replace(pid=row.pid, wanted=row.wanted, app=row.app)
        self._views[row.pid] = row, found
        return found

    def processes_on(self, node: str) -> list[ProcessRow]:
        """Return the living processes whose place is a node."""
        return [row for row in self.store.live() if row.node == node]

    def _live(self, pid: str) -> ProcessRow:
        process = self.store.process(pid)
        if process.over:
            raise MoonhopError(f"process {pid} is over ({process.state}: {process.reason})")
        return process

    def running(self, pid: str) -> ProcessRow:
        """Return a process that runs, or is paused. Raises MoonhopError."""
        process = self._live(pid)
        if process.state not in LIVE:
            raise MoonhopError(f"process {pid} is {process.state} ({process.reason}); try again")
        return process

    async def _ask(self, process: ProcessRow, verb: str) -> Any:
        if process.node is None:
            raise MoonhopError(f"process {process.pid} runs on no node yet")
        node = self.fleet.ready_node(process.node).id
        args = {"pid": process.pid, "epoch": process.epoch}
        try:
            return await self.nodes.ask(node, verb, args, STOP_TIMEOUT)
        except RequestError as error:
            if error.code == UNKNOWN_PROCESS and verb in ("stop", "kill"):
                return None
            raise MoonhopError(f"node {node}: {error.text}") from error

    def over(self, process: ProcessRow, state: str, reason: str) -> None:
        """Write down that a process is over, unless it has gone on meanwhile."""
        if self.store.set_state(process.pid, state, reason, process.epoch):
            self._forget(process.pid)

    def _forget(self, pid: str) -> None:
        """Let go of what is kept of a process that is over."""
        row = self.store.process(pid)
        self.evaluations.lose(pid, f"process {pid} is over ({row.state}: {row.reason})")
        self.logs.end(pid)
        self._views.pop(pid, None)
        self._left_alone.pop(pid, None)

    def lock(self, pid: str) -> asyncio.Lock:
        """Return the lock that whoever changes where a process is holds."""
        return self._locks.setdefault(pid, asyncio.Lock())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something beside; what it raises is logged."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("scheduler: %s", error, exc_info=error)

    def notify(self) -> None:
        """Have all who wait for something look again."""
        for news in self._waiters:
            news.set()
