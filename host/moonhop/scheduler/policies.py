"""Placement policies: pure functions from the fleet as it is to where each process should run.

A policy is ``(nodes, processes, current) -> Placement``; all it may look at is in its arguments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Node:
    """A node as policies see it."""

    id: str
    engines: tuple[str, ...] = ()
    float_bits: int = 64
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset()
    memory: int | None = None  # bytes that processes may take in all; None: unknown, not limited
    slots: int | None = None  # how many processes; None: not limited


@dataclass(frozen=True)
class Process:
    """A process as policies see it."""

    pid: str
    engines: tuple[str, ...] = ()  # empty: any
    needs: tuple[str, ...] = ()  # "temperature", "float64", "zone=north"
    memory: int = 0  # bytes
    wanted: str | None = None  # the one node it was asked to run on


@dataclass(frozen=True)
class Placement:
    """Where each process should run, and for each that fits nowhere, why."""

    nodes: Mapping[str, str]
    unplaced: Mapping[str, str]


class Policy(Protocol):
    """What the scheduler asks where processes should run."""

    def __call__(
        self, nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
    ) -> Placement:
        """Place all processes; ``current`` tells where those that run are. Must not change it."""
        ...


def first_fit(
    nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
) -> Placement:
    """Leave what runs where it is; place the others on the first node, by id, where they fit."""
    rooms = {node.id: Room(node) for node in sorted(nodes, key=lambda node: node.id)}
    placed: dict[str, str] = {}
    unplaced: dict[str, str] = {}
    for process in processes:
        home = rooms.get(current.get(process.pid, ""))
        if home is not None:
            home.take(process)
            placed[process.pid] = home.node.id
    for process in processes:
        if process.pid in placed:
            continue
        refusals = {}
        for room in rooms.values():
            refusals[room.node.id] = room.refusal(process)
            if refusals[room.node.id] is None:
                room.take(process)
                placed[process.pid] = room.node.id
                break
        else:
            unplaced[process.pid] = why_unplaced(process, refusals)
    return Placement(placed, unplaced)


class Room:
    """What is left on a node while a policy fills it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.memory = node.memory
        self.slots = node.slots

    def refusal(self, process: Process) -> str | None:
        """Return why the process does not fit here, or None if it does."""
        need = unmet_need(self.node, process)
        if need is not None:
            return need
        if self.memory is not None and process.memory > self.memory:
            return f"needs {process.memory} bytes of memory, has {max(self.memory, 0)} left"
        if self.slots is not None and self.slots < 1:
            return "is full"
        return None

    def take(self, process: Process) -> None:
        """Put the process here."""
        if self.memory is not None:
            self.memory -= process.memory
        if self.slots is not None:
            self.slots -= 1


def unmet_need(node: Node, process: Process) -> str | None:
    """Return which need of the process the node does not meet, or None if it meets all."""
    if process.wanted is not None and process.wanted != node.id:
        return f"is not {process.wanted}"
    if process.engines and not set(process.engines) & set(node.engines):
        return f"has no engine {' or '.join(process.engines)}"
    for need in process.needs:
        if not _meets(node, need):
            return f"lacks {need}"
    return None


def why_unplaced(process: Process, refusals: Mapping[str, str | None]) -> str:
    """Return one line that says why a process fits on none of the nodes."""
    if not refusals:
        return "no node is ready"
    if process.wanted is not None:
        if process.wanted not in refusals:
            return f"node {process.wanted} is not ready"
        return f"{process.wanted} {refusals[process.wanted]}"
    return "; ".join(f"{node} {reason}" for node, reason in refusals.items())


def _meets(node: Node, need: str) -> bool:
    if need.startswith("float") and need[5:].isdigit():
        return node.float_bits >= int(need[5:])
    key, equals, value = need.partition("=")
    if equals:
        return node.tags.get(key) == value
    return need in node.capabilities or need in node.tags
