"""What a node says, for whoever follows it: births and wills, its processes' states and output."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moonhop.scheduler.fleet import NodeState
    from moonhop.scheduler.scheduler import Scheduler

QUEUE_LIMIT = 10_000  # lines that a slow follower may be behind before it loses the oldest

Line = dict[str, Any]


class Monitor:
    """Hands what nodes say to followers. A line is ``{"time", "kind", "pid", "text"}``: of the node
    itself (``pid`` is None) "node" with its state and "board" with what a board said before it
    ended; of a process "state", or the kind of its log line."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler
        self._followers: dict[str, set[asyncio.Queue[Line | None]]] = {}

    def take(self, node: str, what: str, said: dict[str, Any]) -> None:
        """Take a message of a node: "birth", "log" or "event"."""
        if node not in self._followers:
            return
        if what == "birth":
            for line in _of_node(self._scheduler.fleet.nodes[node]):
                self._put(node, line)
        elif what == "event":
            known = ("reason", "status")
            more = ", ".join(f"{key} {said[key]}" for key in known if said.get(key) is not None)
            text = str(said["state"]) + (f" ({more})" if more else "")
            self._put(node, _line("state", text, str(said["pid"])))
        else:
            self._put(node, _line(str(said["kind"]), str(said["text"]), str(said["pid"])))

    def lost(self, node: str, reason: str) -> None:
        """Take note that a node is not heard."""
        if node in self._followers:
            self._put(node, _line("node", f"lost: {reason}"))

    async def follow(self, node: str) -> AsyncIterator[Line]:
        """Give how a node is, then what it says as it comes. Raises MoonhopError if there is no
        such node."""
        known = self._scheduler.fleet.node(node)
        queue: asyncio.Queue[Line | None] = asyncio.Queue(QUEUE_LIMIT)
        followers = self._followers.setdefault(node, set())
        followers.add(queue)
        try:
            for line in _of_node(known):
                yield line
            for row in self._scheduler.processes_on(node):
                yield _line("state", f"{row.state}: {row.name}", row.pid)
            while (found := await queue.get()) is not None:
                yield found
        finally:
            followers.discard(queue)
            if not followers:
                self._followers.pop(node, None)

    def close(self) -> None:
        """End all followers."""
        for node in list(self._followers):
            self._put(node, None)

    def _put(self, node: str, line: Line | None) -> None:
        for queue in self._followers[node]:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(line)


def _of_node(node: "NodeState") -> list[Line]:
    """Return what there is to say of a node whose birth or will has come."""
    if not node.ready:
        return [_line("node", node.state)]
    birth = node.birth
    text = f"ready, {birth.get('platform') or '?'}, engines {' '.join(birth.get('engines') or [])}"
    boot = birth.get("boot") or {}
    lines = [_line("node", text + (f", started by {boot['cause']}" if boot.get("cause") else ""))]
    if boot.get("safe"):
        lines.append(_line("node", f"safe mode, no programs: {boot['safe']}"))
    if boot.get("failed"):
        lines.append(_line("node", f"set {boot['failed']} did not pass its trial"))
    said = str(boot.get("log") or "").splitlines()
    return lines + [_line("board", text) for text in said]


def _line(kind: str, text: str, pid: str | None = None) -> Line:
    return {"time": time.time(), "kind": kind, "pid": pid, "text": text}
