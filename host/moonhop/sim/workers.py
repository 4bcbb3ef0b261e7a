"""Simulated workers behind a link: they answer as real ones do, and forget all when they die."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from moonhop_core.node.link import Link
from moonhop_core.node.messages import EXISTS, STALE, UNKNOWN_PROCESS, Reply, Request, Topics

LATENCY = (0.002, 0.02)  # seconds from a request to its answer


@dataclass
class SimulatedNode:
    """A node: what it says at birth, the copies it has (pid: [epoch, state])."""

    id: str
    memory: int
    slots: int
    tags: list[str]
    engines: list[str]
    alive: bool = True
    session: int = 1
    copies: dict[str, list[Any]] = field(default_factory=dict)

    def birth(self) -> dict[str, Any]:
        """Return its birth."""
        return {
            "state": "ready",
            "node": self.id,
            "session": f"s{self.session}",
            "engines": self.engines,
            "float_bits": 64,
            "tags": self.tags,
            "limits": {"memory": self.memory, "processes": self.slots},
        }

    def do(self, verb: str, args: dict[str, Any]) -> Any:
        """Carry out a request; returns a result, or an error's code."""
        pid, epoch = args.get("pid", ""), args.get("epoch")
        copy = self.copies.get(pid)
        if verb == "list":
            return [{"pid": p, "epoch": e, "state": s} for p, (e, s) in self.copies.items()]
        if verb in ("run", "restore", "prepare"):
            if copy:
                return EXISTS
            self.copies[pid] = [epoch, "prepared" if verb == "prepare" else "running"]
        elif copy is None:
            return {"pid": pid} if verb in ("drop", "abandon") else UNKNOWN_PROCESS
        elif epoch is not None and copy[0] != epoch:
            return STALE
        elif verb == "release":
            copy[1] = "released"
        elif verb in ("start", "resume"):
            copy[1] = "running"
        elif verb in ("stop", "kill", "drop", "abandon"):
            del self.copies[pid]
        return {"pid": pid, "bytes": 1000}


class SimulatedLink(Link):
    """The scheduler's link to simulated nodes."""

    connected = True

    def __init__(self, fleet: str, nodes: dict[str, SimulatedNode], random: Random) -> None:
        self.nodes = nodes
        self.requests = 0
        self._topics = Topics(fleet)
        self._random = random

    async def subscribe(self, filter: str, qos: int = 1) -> None:
        """Hear everything as it is."""

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Hand a request to its node, which answers a little later if it lives."""
        node = self.nodes[topic[len(self._topics.base) :].split("/")[1]]
        self.requests += 1
        self._later(self._answer, node, node.session, Request.decode(payload))

    def birth(self, node: SimulatedNode) -> None:
        """Have a node come, with nothing but its birth."""
        self._say(node, node.birth())

    def die(self, node: SimulatedNode) -> None:
        """Have a node die: its broker sends the will."""
        node.alive = False
        node.copies.clear()
        self._say(node, {"state": "lost", "node": node.id, "session": f"s{node.session}"})

    def come_back(self, node: SimulatedNode) -> None:
        """Have a node start anew, empty."""
        node.alive = True
        node.session += 1
        self.birth(node)

    def _say(self, node: SimulatedNode, birth: dict[str, Any]) -> None:
        assert self.on_message
        self.on_message(self._topics.node(node.id, "birth"), json.dumps(birth).encode(), False)

    def _answer(self, node: SimulatedNode, session: int, request: Request) -> None:
        if not node.alive or node.session != session:
            return
        result = node.do(request.verb, request.args)
        reply = Reply(request.id, None, result, "") if isinstance(result, str) else None
        topic = self._topics.reply(node.id, "host")
        payload = (reply or Reply(request.id, result)).encode()
        self._later(self._deliver, topic, payload)

    def _deliver(self, topic: str, payload: bytes) -> None:
        assert self.on_message
        self.on_message(topic, payload, False)

    def _later(self, function: Callable[..., Any], *args: Any) -> None:
        asyncio.get_running_loop().call_later(self._random.uniform(*LATENCY), function, *args)
