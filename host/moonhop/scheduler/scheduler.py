"""The scheduler: hears the nodes, places and starts processes, has them hop, writes all of it down.

It runs on one asyncio loop and talks through one link; what it must not forget is in the store
before anybody is told. Started again, it goes on from there: nodes say their births anew, and each
is asked for the processes it has.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from moonhop.scheduler.answers import Answers
from moonhop.scheduler.coordinator import Coordinator, HopReport
from moonhop.scheduler.fleet import Fleet, NodeState
from moonhop.scheduler.logs import Logs
from moonhop.scheduler.policies import Policy, first_fit
from moonhop.scheduler.requests import NodeGone, NodeRequests
from moonhop.scheduler.store import ProcessRow, Store
from moonhop.scheduler.views import check_fits, process_view, run_settings
from moonhop_core.errors import MoonhopError
from moonhop_core.node.link import Link
from moonhop_core.node.messages import EXISTS, UNKNOWN_PROCESS, RequestError, Topics, decode
from moonhop_core.process.program import Program

RUN_TIMEOUT = 30.0  # seconds; a board fetches the program first
STOP_TIMEOUT = 10.0
LIVE = {"running", "paused"}  # states that a node's event and list tell
LAST = {"ended", "failed", "stopped", "killed"}

Programs = Callable[[str], Program]  # by hash; raises MoonhopError if unknown
log = logging.getLogger(__name__)


class Scheduler:
    """Holds the fleet's processes to where they should be."""

    def __init__(
        self,
        store: Store,
        link: Link,
        fleet_name: str,
        programs: Programs,
        logs: Logs,
        policy: Policy = first_fit,
    ) -> None:
        self.store = store
        self.fleet = Fleet(store)
        self.logs = logs
        self.topics = Topics(fleet_name)
        self.link = link
        self.programs = programs
        self.policy = policy
        self.policy_name = getattr(policy, "__name__", "the policy").replace("_", "-")
        self.nodes = NodeRequests(link, self.topics)
        self.coordinator = Coordinator(store, self.nodes)
        self._answers = Answers(self)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._changed = asyncio.Condition()

    async def start(self) -> None:
        """Hear the nodes. The link is connected already."""
        self.coordinator.settle_interrupted()
        self.link.on_message = self._take
        for what in ("birth", "load", "log", "event"):
            await self.link.subscribe(self.topics.node("+", what))
        await self.link.subscribe(self.topics.reply("+", "host"))
        await self.link.subscribe(self.topics.host_request("+"))

    async def stop(self) -> None:
        """Let go of everything that is under way; the store knows where to go on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.logs.close()

    # -- what people ask -------------------------------------------------------------------------

    async def submit(
        self, name: str, program: str, args: list[Any], node: str | None = None
    ) -> ProcessRow:
        """Take a new process; it starts now if a node fits, else when one does.

        Raises MoonhopError if the program or node is unknown, or the node cannot run it.
        """
        manifest = self.programs(program).manifest
        if node is not None:
            check_fits(self.fleet.ready_node(node), manifest)
        row = self.store.add_process(
            name, program, args, node, f"asked to run on {node}" if node else "asked to run"
        )
        await self._plan()
        return self.store.process(row.pid)

    async def hop(self, pid: str, node: str, reason: str = "asked to hop") -> HopReport:
        """Bring a process to a node. Raises MoonhopError if it stays where it is."""
        async with self._lock(pid):
            process = self._running(pid)
            target = self.fleet.ready_node(node)
            if process.node == node:
                raise MoonhopError(f"process {pid} is on node {node} already")
            program = self.programs(process.program)
            check_fits(target, program.manifest)
            settings = run_settings(process, target, program)
            report = await self.coordinator.hop(process, node, settings, reason)
        await self._notify()
        return report

    async def end(self, pid: str, verb: str = "stop") -> ProcessRow:
        """Stop (at rest) or kill (at once) a process. Raises MoonhopError if it is over."""
        async with self._lock(pid):
            process = self._live(pid)
            if process.node is not None and process.state != "pending":
                await self._ask(process, verb)
            self.store.set_state(pid, "stopped", f"asked to {verb}")
            self.logs.end(pid)
        await self._plan()
        return self.store.process(pid)

    async def pause(self, pid: str, verb: str = "pause") -> ProcessRow:
        """Pause or resume a process. Raises MoonhopError if it does not run."""
        async with self._lock(pid):
            await self._ask(self._running(pid), verb)
            state = "paused" if verb == "pause" else "running"
            self.store.set_state(pid, state, f"asked to {verb}")
        await self._notify()
        return self.store.process(pid)

    async def wait_started(self, pid: str, timeout: float) -> ProcessRow:
        """Wait until a process that has a node is past its start; return it."""
        await self.wait_until(lambda: self.store.process(pid).state != "starting", timeout)
        return self.store.process(pid)

    async def wait_until(self, done: Callable[[], bool], timeout: float) -> bool:
        """Wait until ``done()`` holds, looking whenever something changed; tell whether it does."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(done)
        except TimeoutError:
            return done()
        return True

    # -- what nodes say --------------------------------------------------------------------------

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        levels = topic[len(self.topics.base) :].split("/")
        try:
            match levels:
                case ["node", node, "birth"]:
                    if payload:
                        self._run(self._take_birth(node, decode(payload)))
                case ["node", node, "load"]:
                    self.fleet.take_load(node, decode(payload))
                case ["node", node, "log"]:
                    self.logs.take(node, decode(payload))
                case ["node", node, "event"]:
                    self._take_event(node, decode(payload))
                case ["node", _, "res", "host"]:
                    self.nodes.take_reply(payload)
                case ["host", "req", node]:
                    self._run(self._answers.answer(node, payload))
        except (RequestError, KeyError, TypeError, ValueError) as error:
            log.warning("node sent what is no message on %s: %s", topic, error)

    async def _take_birth(self, name: str, birth: dict[str, Any]) -> None:
        was = self.fleet.nodes[name].state if name in self.fleet.nodes else ""
        node, session = self.fleet.take_birth(name, birth)
        if node.state != was:
            self.store.event(f"node {node.state}", None, name, "its birth" if node.ready else "")
        if node.ready:
            await self._reconcile(node, restarted=session not in ("", node.session))
        elif node.state != was:
            self.nodes.lose(name)
            for process in self._processes_on(name):
                if node.state == "gone":
                    self._over(process, "lost", f"node {name} left")
                elif process.state in LIVE:
                    self.store.set_state(process.pid, "unreachable", f"node {name} is lost")
        await self._plan()

    async def _reconcile(self, node: NodeState, restarted: bool) -> None:
        """Compare the processes that a node has with those it should have."""
        try:
            found = {entry["pid"]: entry for entry in await self.nodes.ask(node.id, "list", {})}
        except (NodeGone, RequestError) as error:
            log.warning("cannot ask %s for its processes: %s", node.id, error)
            return
        for process in self._processes_on(node.id):
            if self.coordinator.under_way(process.pid):
                continue
            entry = found.get(process.pid)
            if entry and entry.get("epoch") == process.epoch:
                if entry.get("state") in LIVE:
                    self.store.set_state(process.pid, entry["state"], f"node {node.id} has it")
            elif process.state == "starting":
                self._run(self._start(process, node))
            elif process.state == "unreachable" or restarted:
                self._over(process, "lost", f"node {node.id} came back without it")

    def _take_event(self, node: str, event: dict[str, Any]) -> None:
        pid, state, epoch = str(event["pid"]), str(event["state"]), int(event["epoch"])
        try:
            process = self.store.process(pid)
        except MoonhopError:
            return
        if process.node != node or process.epoch != epoch:
            return  # of a copy that is the process no more
        if state in LIVE:
            if not self.coordinator.under_way(pid):
                self.store.set_state(pid, state, f"node {node} says so", epoch)
        elif state in LAST:
            if state == "ended":
                reason = f"exit status {event.get('status') or 0}"
            else:
                reason = str(event.get("reason") or state)
            self._over(process, "stopped" if state == "killed" else state, reason)
            self._run(self._plan())
        self._run(self._notify())

    # -- the plan --------------------------------------------------------------------------------

    async def _plan(self) -> None:
        """Start what waits for a node and fits on one by now."""
        rows = self.store.processes(over=False)
        current = {row.pid: row.node for row in rows if row.node is not None}
        views = [
            process_view(row.pid, self._known_manifest(row.program), row.wanted) for row in rows
        ]
        placement = self.policy(self.fleet.views(), views, current)
        starts = []
        for row in rows:
            if row.state != "pending":
                continue
            if node := placement.nodes.get(row.pid):
                placed = self.store.place(row.pid, node, f"{self.policy_name} chose {node}")
                starts.append(self._start(placed, self.fleet.nodes[node]))
            else:
                self.store.wait_for_node(row.pid, placement.unplaced.get(row.pid, ""))
        for start in starts:
            self._run(start)
        await self._notify()

    async def _start(self, process: ProcessRow, node: NodeState) -> None:
        """Have a placed process run on its node."""
        try:
            args = run_settings(process, node, self.programs(process.program))
            await self.nodes.ask(
                node.id, "run", {**args, "pid": process.pid, "epoch": process.epoch}, RUN_TIMEOUT
            )
        except NodeGone as error:
            log.info("start of %s waits: %s", process.pid, error)  # until its node comes back
            return
        except MoonhopError as error:
            if isinstance(error, RequestError) and error.code == EXISTS:
                pass
            else:
                self._over(process, "failed", f"node {node.id}: {error}")
                await self._notify()
                return
        self.store.set_state(process.pid, "running", f"node {node.id} runs it", process.epoch)
        await self._notify()

    # -- small parts -----------------------------------------------------------------------------

    def _known_manifest(self, program: str) -> dict[str, Any]:
        try:
            return self.programs(program).manifest
        except MoonhopError:  # its file is gone: the node will say so
            return {}

    def _processes_on(self, node: str) -> list[ProcessRow]:
        return [row for row in self.store.processes(over=False) if row.node == node]

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
            self.logs.end(process.pid)

    def _lock(self, pid: str) -> asyncio.Lock:
        return self._locks.setdefault(pid, asyncio.Lock())

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("scheduler: %s", error, exc_info=error)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
