"""Nodes that are gone, and how their processes go on."""

import asyncio
from typing import TYPE_CHECKING

from moonhop.scheduler.fleet import NodeState
from moonhop.scheduler.plan import LIVE
from moonhop.scheduler.rows import ProcessRow

if TYPE_CHECKING:
    from moonhop.scheduler.scheduler import Scheduler


class Losses:
    """Finds lost nodes for a scheduler, and has their processes go on as their terms say."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler

    async def watch(self) -> None:
        """Notice nodes that have fallen silent: their wills may come late, or never."""
        while True:
            await asyncio.sleep(self._scheduler.patience.silence / 4)
            for node in self._scheduler.fleet.silent(self._scheduler.patience.silence):
                node.state = "lost"
                text = f"not heard for {self._scheduler.patience.silence:g} s"
                self._scheduler.store.event("node lost", None, node.id, text)
                self._scheduler.monitor.lost(node.id, text)
                self.lose(node)

    def lose(self, node: NodeState) -> None:
        """Take note that a node is lost, or has left; its processes go on elsewhere, in the first
        case not at once: a node that only lost its connection comes back with them."""
        self._scheduler.nodes.lose(node.id)
        if node.state == "gone":
            self.recover(self._scheduler.processes_on(node.id), f"node {node.id} left")
            return
        for process in self._scheduler.processes_on(node.id):
            if process.state in LIVE and not self._scheduler.coordinator.under_way(process.pid):
                self._scheduler.store.set_state(
                    process.pid, "unreachable", f"node {node.id} is lost"
                )
        self.expect(node)
        self._scheduler.replan()

    def expect(self, node: NodeState, more: float = 0.0) -> None:
        """Give a node that is not there its time to come back, and some seconds more."""
        loop = asyncio.get_running_loop()
        wait = self._scheduler.patience.lost + more
        loop.call_later(wait, self._give_up, node, node.state, node.comings)

    def _give_up(self, node: NodeState, state: str, comings: int) -> None:
        if node.state != state or node.comings != comings:
            return  # it came back; one that is lost anew has its time anew
        # What was asked to be there can go on nowhere else, and its copy may do so all the while.
        there = self._scheduler.processes_on(node.id)
        moved = [row for row in there if row.wanted != node.id or row.terms.recover == "never"]
        self.recover(moved, f"node {node.id} is lost")

    def recover(self, processes: list[ProcessRow], reason: str) -> None:
        """Have processes whose copies are gone go on, as their terms say."""
        again = []
        for process in processes:
            if self._scheduler.coordinator.under_way(process.pid):
                continue  # whoever carries it finds out
            if process.terms.recover == "never":
                self._scheduler.over(process, "lost", reason)
                continue
            kept = process.image if process.terms.recover == "checkpoint" else None
            age = self._scheduler.clock() - process.imaged
            how = f"from its checkpoint of {age:.0f} s before" if kept else "from the start"
            again.append((process.pid, f"{reason}; goes on, {how}", kept))
            self._scheduler.evaluations.lose(
                process.pid, f"process {process.pid} was set back: {reason}; it goes on, {how}"
            )
        if again:
            self._scheduler.store.set_all_back(again)
        self._scheduler.replan()
