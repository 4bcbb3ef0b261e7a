"""What the scheduler hears from nodes, and what follows: births, loads, events, and what a node has
that has come."""

import logging
from typing import TYPE_CHECKING, Any

from moonhop.scheduler.fleet import NodeState
from moonhop.scheduler.plan import LIVE
from moonhop.scheduler.requests import NodeGone
from moonhop.scheduler.rows import ProcessRow
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import RequestError, decode

if TYPE_CHECKING:
    from moonhop.scheduler.scheduler import Scheduler

LIST_TIMEOUT = 5.0  # seconds
LAST = {"ended", "failed", "stopped", "killed"}  # of the states that a node's event tells
log = logging.getLogger(__name__)


class Hearing:
    """Takes the messages of nodes for a scheduler."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler

    def take(self, topic: str, payload: bytes, retained: bool) -> None:
        levels = topic[len(self._scheduler.topics.base) :].split("/")
        try:
            match levels:
                case ["node", node, "birth"]:
                    if payload:
                        self._take_birth(node, decode(payload), retained)
                case ["node", node, "load"]:
                    self._take_load(node, decode(payload))
                case ["node", node, "log"]:
                    self._take_line(node, decode(payload))
                case ["node", node, "event"]:
                    self._take_event(node, decode(payload))
                case ["node", _, "res", "host"]:
                    self._scheduler.nodes.take_reply(payload)
                case ["host", "req", node]:
                    self._scheduler.spawn(self._scheduler.answers.answer(node, payload))
        except (RequestError, KeyError, TypeError, ValueError) as error:
            log.warning("node sent what is no message on %s: %s", topic, error)

    def _take_line(self, node: str, line: dict[str, Any]) -> None:
        if "eval" in line:
            self._scheduler.evaluations.take(line)
        else:
            self._scheduler.logs.take(node, line)
            self._scheduler.monitor.take(node, "log", line)

    def _take_birth(self, name: str, birth: dict[str, Any], retained: bool) -> None:
        was = self._scheduler.fleet.nodes[name].state if name in self._scheduler.fleet.nodes else ""
        node, session = self._scheduler.fleet.take_birth(name, birth)
        self._scheduler.monitor.take(name, "birth", birth)
        if node.state != was:
            self._scheduler.store.event(
                f"node {node.state}", None, name, "its birth" if node.ready else ""
            )
        if node.ready:
            self._settle(node, restarted=session not in ("", node.session))
        elif node.state != was:
            self._scheduler.losses.lose(node)

    def _take_load(self, name: str, load: dict[str, Any]) -> None:
        node = self._scheduler.fleet.take_load(name, load)
        if node is not None and node.state == "lost":  # it was silent, and is heard again
            node.come()
            self._scheduler.store.event("node ready", None, name, "it is heard again")
            self._settle(node, restarted=False)

    def _settle(self, node: NodeState, restarted: bool) -> None:
        """Learn what a node that has come has; until then nothing is placed on it."""
        node.settled = False
        self._scheduler.nodes.find(node.id)
        self._scheduler.spawn(self._reconcile(node, node.session, restarted))

    async def _reconcile(self, node: NodeState, session: str, restarted: bool) -> None:
        """Compare the processes that a node has with those it should have."""
        found = {}
        while not node.settled:
            try:
                listed = await self._scheduler.nodes.ask(node.id, "list", {}, LIST_TIMEOUT)
                found = {entry["pid"]: entry for entry in listed}
                node.settled = True
            except (NodeGone, RequestError) as error:
                log.warning("cannot ask %s for its processes: %s", node.id, error)
            if not node.ready or node.session != session:
                return  # it is gone again, or another birth came
        for process in self._scheduler.processes_on(node.id):
            if self._scheduler.coordinator.under_way(process.pid):
                continue
            entry = found.pop(process.pid, None)
            if entry and entry.get("epoch") == process.epoch:
                if entry.get("state") in LIVE:
                    self._scheduler.store.set_state(
                        process.pid, entry["state"], f"node {node.id} has it"
                    )
            elif process.state == "starting":
                self._scheduler.spawn(self._scheduler.starts.start(process))
            elif process.state == "unreachable" or restarted:
                self._scheduler.losses.recover([process], f"node {node.id} came back without it")
        for pid, entry in found.items():
            if not self._scheduler.coordinator.under_way(pid):
                self._scheduler.spawn(self._end_stale(node.id, pid, int(entry.get("epoch") or 0)))
        self._scheduler.replan()

    async def _end_stale(self, node: str, pid: str, epoch: int) -> None:
        """Have a node let go of a copy that is the process no more (NMP-047)."""
        try:
            process: ProcessRow | None = self._scheduler.store.process(pid)
        except MoonhopError:
            process = None
        if process and not process.over and (process.node, process.epoch) == (node, epoch):
            return
        try:
            await self._scheduler.nodes.ask(node, "kill", {"pid": pid, "epoch": epoch})
        except (NodeGone, RequestError) as error:
            log.info("stale copy of %s on %s: %s", pid, node, error)
        else:
            self._scheduler.store.event("stale copy ended", pid, node, f"epoch {epoch} is over")

    def _take_event(self, node: str, event: dict[str, Any]) -> None:
        pid, state, epoch = str(event["pid"]), str(event["state"]), int(event["epoch"])
        self._scheduler.monitor.take(node, "event", event)
        try:
            process = self._scheduler.store.process(pid)
        except MoonhopError:
            return
        if process.node != node or process.epoch != epoch or process.over:
            return  # of a copy that is the process no more
        if state in LIVE:
            if not self._scheduler.coordinator.under_way(pid):
                reason = self._scheduler.asked.get(pid) or f"node {node} says so"
                if process.state == "starting":
                    reason = process.reason
                self._scheduler.store.set_state(pid, state, reason, epoch)
        elif state in LAST:
            status = event.get("status") or 0
            if state == "ended":
                reason = f"exit status {status}"
            else:
                reason = str(event.get("reason") or state)
            state = "stopped" if state == "killed" else state
            self._scheduler.come_to_an_end(process, state, reason, state == "failed" or status != 0)
            self._scheduler.replan()
        self._scheduler.notify()
