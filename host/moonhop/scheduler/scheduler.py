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
from moonhop.scheduler.fleet import Fleet, NodeState
from moonhop.scheduler.logs import Logs
from moonhop.scheduler.plan import LIVE, make_plan
from moonhop.scheduler.policies import Policy, Process, policy_named
from moonhop.scheduler.requests import NodeGone, NodeRequests
from moonhop.scheduler.rows import NewProcess, ProcessRow, Terms
from moonhop.scheduler.store import Store
from moonhop.scheduler.views import check_fits, process_view, run_settings
from moonhop_core.errors import MoonhopError
from moonhop_core.node.link import Link
from moonhop_core.node.messages import EXISTS, UNKNOWN_PROCESS, RequestError, Topics, decode
from moonhop_core.process.program import Program

RUN_TIMEOUT = 30.0  # seconds; a board fetches the program first
STOP_TIMEOUT = 10.0
LIST_TIMEOUT = 5.0
LAST = {"ended", "failed", "stopped", "killed"}  # of the states that a node's event tells
MOVES = 8  # hops of the plan's own under way at a time
REJOIN = 15.0  # seconds more for nodes after a restart: they may be amid a pause between attempts
PLAN_GAP = 0.005  # seconds from a change to the plan, so that changes come together
BREATH = 100  # starts begun at once
REST = 10.0  # seconds that a process is left alone after a move of it failed

Programs = Callable[[str], Program]  # by hash; raises MoonhopError if unknown
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
        self.nodes = NodeRequests(link, self.topics)
        self.coordinator = Coordinator(store, self.nodes)
        self._answers = Answers(self)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiters: set[asyncio.Event] = set()
        self._stack = contextlib.ExitStack()
        self._moving: set[str] = set()
        self._hands = asyncio.Semaphore(MOVES)
        self._left_alone: dict[str, float] = {}  # pid: until when
        self._plan_due = False
        self._plan_took = 0.0  # seconds, the last time
        self._views: dict[str, tuple[ProcessRow, Process]] = {}
        self._kinds: dict[tuple[str, Terms], Process] = {}  # what processes have in common
        self.stuck: dict[str, str] = {}  # pid: why a process that should move stays
        self._troubles: set[str] = set()
        self._followed: set[str] = set()  # applications with processes that wait for others
        self._alarm: asyncio.TimerHandle | None = None

    async def start(self, connect: Callable[[], Awaitable[None]] | None = None) -> None:
        """Hear the nodes. The link is connected already, or ``connect`` does it: what waited in
        the host's session with the broker comes at once."""
        self._stack.enter_context(self.store.listening(self._notify))
        self.coordinator.settle_interrupted()
        self.link.on_message = self._take
        if connect:
            await connect()
        for what in ("birth", "load", "log", "event"):
            await self.link.subscribe(self.topics.node("+", what))
        await self.link.subscribe(self.topics.reply("+", "host"))
        await self.link.subscribe(self.topics.host_request("+"))
        for node in self.fleet.nodes.values():  # unknown until heard
            self._expect(node, REJOIN)
        self.spawn(self._watch())

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
        async with self._lock(pid):
            process = self._running(pid)
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
            self._lose(node)

    async def end(self, pid: str, verb: str = "stop", reason: str = "") -> ProcessRow:
        """Stop (at rest) or kill (at once) a process. Raises MoonhopError if it is over."""
        async with self._lock(pid):
            process = self._live(pid)
            if process.node is not None and process.state not in ("pending", "unreachable"):
                await self._ask(process, verb)
            self.store.set_state(pid, "stopped", reason or f"asked to {verb}")
            self._forget(pid)
        self.replan()
        return self.store.process(pid)

    async def pause(self, pid: str, verb: str = "pause") -> ProcessRow:
        """Pause or resume a process. Raises MoonhopError if it does not run."""
        async with self._lock(pid):
            await self._ask(self._running(pid), verb)
            state = "paused" if verb == "pause" else "running"
            self.store.set_state(pid, state, f"asked to {verb}")
        self._notify()
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

    # -- what nodes say --------------------------------------------------------------------------

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        levels = topic[len(self.topics.base) :].split("/")
        try:
            match levels:
                case ["node", node, "birth"]:
                    if payload:
                        self._take_birth(node, decode(payload), retained)
                case ["node", node, "load"]:
                    self._take_load(node, decode(payload))
                case ["node", node, "log"]:
                    self.logs.take(node, decode(payload))
                case ["node", node, "event"]:
                    self._take_event(node, decode(payload))
                case ["node", _, "res", "host"]:
                    self.nodes.take_reply(payload)
                case ["host", "req", node]:
                    self.spawn(self._answers.answer(node, payload))
        except (RequestError, KeyError, TypeError, ValueError) as error:
            log.warning("node sent what is no message on %s: %s", topic, error)

    def _take_birth(self, name: str, birth: dict[str, Any], retained: bool) -> None:
        was = self.fleet.nodes[name].state if name in self.fleet.nodes else ""
        node, session = self.fleet.take_birth(name, birth)
        if node.state != was:
            self.store.event(f"node {node.state}", None, name, "its birth" if node.ready else "")
        if node.ready:
            self._settle(node, restarted=session not in ("", node.session))
        elif node.state != was:
            self._lose(node)

    def _take_load(self, name: str, load: dict[str, Any]) -> None:
        node = self.fleet.take_load(name, load)
        if node is not None and node.state == "lost":  # it was silent, and is heard again
            node.state = "ready"
            self.store.event("node ready", None, name, "it is heard again")
            self._settle(node, restarted=False)

    def _settle(self, node: NodeState, restarted: bool) -> None:
        """Learn what a node that has come has; until then nothing is placed on it."""
        node.settled = False
        self.nodes.find(node.id)
        self.spawn(self._reconcile(node, node.session, restarted))

    async def _reconcile(self, node: NodeState, session: str, restarted: bool) -> None:
        """Compare the processes that a node has with those it should have."""
        found = {}
        while not node.settled:
            try:
                listed = await self.nodes.ask(node.id, "list", {}, LIST_TIMEOUT)
                found = {entry["pid"]: entry for entry in listed}
                node.settled = True
            except (NodeGone, RequestError) as error:
                log.warning("cannot ask %s for its processes: %s", node.id, error)
            if not node.ready or node.session != session:
                return  # it is gone again, or another birth came
        for process in self._processes_on(node.id):
            if self.coordinator.under_way(process.pid):
                continue
            entry = found.pop(process.pid, None)
            if entry and entry.get("epoch") == process.epoch:
                if entry.get("state") in LIVE:
                    self.store.set_state(process.pid, entry["state"], f"node {node.id} has it")
            elif process.state == "starting":
                self.spawn(self._start(process))
            elif process.state == "unreachable" or restarted:
                self._recover(process, f"node {node.id} came back without it")
        for pid, entry in found.items():
            if not self.coordinator.under_way(pid):
                self.spawn(self._end_stale(node.id, pid, int(entry.get("epoch") or 0)))
        self.replan()

    async def _end_stale(self, node: str, pid: str, epoch: int) -> None:
        """Have a node let go of a copy that is the process no more (NMP-047)."""
        try:
            process: ProcessRow | None = self.store.process(pid)
        except MoonhopError:
            process = None
        if process and not process.over and (process.node, process.epoch) == (node, epoch):
            return
        try:
            await self.nodes.ask(node, "kill", {"pid": pid, "epoch": epoch})
        except (NodeGone, RequestError) as error:
            log.info("stale copy of %s on %s: %s", pid, node, error)
        else:
            self.store.event("stale copy ended", pid, node, f"epoch {epoch} is over")

    def _take_event(self, node: str, event: dict[str, Any]) -> None:
        pid, state, epoch = str(event["pid"]), str(event["state"]), int(event["epoch"])
        try:
            process = self.store.process(pid)
        except MoonhopError:
            return
        if process.node != node or process.epoch != epoch or process.over:
            return  # of a copy that is the process no more
        if state in LIVE:
            if not self.coordinator.under_way(pid):
                reason = process.reason if process.state == "starting" else f"node {node} says so"
                self.store.set_state(pid, state, reason, epoch)
        elif state in LAST:
            status = event.get("status") or 0
            if state == "ended":
                reason = f"exit status {status}"
            else:
                reason = str(event.get("reason") or state)
            state = "stopped" if state == "killed" else state
            self._come_to_an_end(process, state, reason, state == "failed" or status != 0)
            self.replan()
        self._notify()

    def _come_to_an_end(
        self, process: ProcessRow, state: str, reason: str, failed: bool = True
    ) -> None:
        """Take note of an end; start the process anew if its terms say so."""
        now = self.clock()
        again = None if state == "stopped" else restarts.delay(process, failed, now)
        if again is None:
            self._over(process, state, reason)
            return
        attempts, wait = again
        self.store.event(state, process.pid, process.node, reason)
        text = f"{state} ({reason}); starts again in {wait:g} s"
        self.store.set_back(process.pid, text, attempts, now + wait)

    # -- nodes that are gone ---------------------------------------------------------------------

    async def _watch(self) -> None:
        """Notice nodes that have fallen silent: their wills may come late, or never."""
        while True:
            await asyncio.sleep(self.patience.silence / 4)
            for node in self.fleet.silent(self.patience.silence):
                node.state = "lost"
                text = f"not heard for {self.patience.silence:g} s"
                self.store.event("node lost", None, node.id, text)
                self._lose(node)

    def _lose(self, node: NodeState) -> None:
        """Take note that a node is lost, or has left; its processes go on elsewhere, in the first
        case not at once: a node that only lost its connection comes back with them."""
        self.nodes.lose(node.id)
        if node.state == "gone":
            for process in self._processes_on(node.id):
                self._recover(process, f"node {node.id} left")
            return
        for process in self._processes_on(node.id):
            if process.state in LIVE and not self.coordinator.under_way(process.pid):
                self.store.set_state(process.pid, "unreachable", f"node {node.id} is lost")
        self._expect(node)
        self.replan()

    def _expect(self, node: NodeState, more: float = 0.0) -> None:
        """Give a node that is not there its time to come back, and some seconds more."""
        loop = asyncio.get_running_loop()
        loop.call_later(self.patience.lost + more, self._give_up, node, node.state)

    def _give_up(self, node: NodeState, state: str) -> None:
        if node.state == state:
            for process in self._processes_on(node.id):
                self._recover(process, f"node {node.id} is lost")

    def _recover(self, process: ProcessRow, reason: str) -> None:
        """Have a process whose copy is gone go on, as its terms say."""
        if self.coordinator.under_way(process.pid):
            return  # whoever carries it finds out
        if process.terms.recover == "never":
            self._over(process, "lost", reason)
        else:
            kept = process.image if process.terms.recover == "checkpoint" else None
            ago = f", from its checkpoint of {self.clock() - process.imaged:.0f} s before"
            how = ago if kept else ", from the start"
            self.store.set_back(process.pid, f"{reason}; goes on{how}", 0, 0.0, image=kept)
        self.replan()

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
        began = time.perf_counter()
        now = self.clock()
        rows = list(self.store.live())
        self._followed = {row.app for row in rows if row.terms.after and row.state == "pending"}
        plan = make_plan(rows, self.fleet.views(), self.view, self.policies, now)
        for trouble in set(plan.troubles) - self._troubles:
            self.store.event("policy failed", None, None, trouble)
        self._troubles = set(plan.troubles)
        if plan.starts:
            self.spawn(self._start_all(self.store.place_all(plan.starts)))
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
        self._notify()

    async def _start_all(self, placed: list[ProcessRow]) -> None:
        """Start processes side by side; with very many the loop gets its turns in between."""
        for number, row in enumerate(placed):
            self.spawn(self._start(row))
            if number % BREATH == 0:
                await asyncio.sleep(0)

    async def _start(self, placed: ProcessRow) -> None:
        """Have a placed process run on its node, from its image if it has one."""
        async with self._lock(placed.pid):
            process = self.store.process(placed.pid)
            if (process.epoch, process.state) == (placed.epoch, "starting"):
                await self._have_started(process)
        if process.app in self._followed:
            self.replan()
        self._notify()

    async def _have_started(self, process: ProcessRow) -> None:
        assert process.node is not None
        node = self.fleet.nodes[process.node]
        try:
            args = run_settings(process, node, self.programs(process.program))
            args.update(pid=process.pid, epoch=process.epoch)
            if process.image is not None:
                args["path"] = process.image
            verb = "run" if process.image is None else "restore"
            await self.nodes.ask(node.id, verb, args, RUN_TIMEOUT)
        except NodeGone as error:
            log.info("start of %s waits: %s", process.pid, error)  # until its node comes back
            return
        except MoonhopError as error:
            if not (isinstance(error, RequestError) and error.code == EXISTS):
                process = self.store.process(process.pid)
                self._come_to_an_end(process, "failed", f"node {node.id}: {error}")
                self.replan()
                return
        if self.store.process(process.pid).state == "starting":  # and has not ended by now
            self.store.set_state(process.pid, "running", process.reason, process.epoch)

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

    def _processes_on(self, node: str) -> list[ProcessRow]:
        return [row for row in self.store.live() if row.node == node]

    def _live(self, pid: str) -> ProcessRow:
        process = self.store.process(pid)
        if process.over:
            raise MoonhopError(f"process {pid} is over ({process.state}: {process.reason})")
        return process

    def _running(self, pid: str) -> ProcessRow:
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

    def _over(self, process: ProcessRow, state: str, reason: str) -> None:
        if self.store.set_state(process.pid, state, reason, process.epoch):
            self._forget(process.pid)

    def _forget(self, pid: str) -> None:
        """Let go of what is kept of a process that is over."""
        self.logs.end(pid)
        self._views.pop(pid, None)
        self._left_alone.pop(pid, None)

    def _lock(self, pid: str) -> asyncio.Lock:
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

    def _notify(self) -> None:
        for news in self._waiters:
            news.set()
