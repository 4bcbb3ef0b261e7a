"""The plan: from the fleet as it is to what has to be started, moved, and what has to wait.

Pure functions over rows and views; the scheduler carries out what they say.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from moonhop.scheduler.policies import Node, Policy, PolicyError, Process, unmet_need
from moonhop.scheduler.rows import ProcessRow

LIVE = ("running", "paused")  # states that a process can hop in


@dataclass
class Plan:
    """What is to be done: (pid, node, reason) to start or to move; (pid, reason) that waits."""

    starts: list[tuple[str, str, str]] = field(default_factory=list)
    moves: list[tuple[str, str, str]] = field(default_factory=list)
    waits: list[tuple[str, str]] = field(default_factory=list)
    stays: dict[str, str] = field(default_factory=dict)  # pid: why one that should leave does not
    troubles: list[str] = field(default_factory=list)  # of policies that failed
    again: float | None = None  # seconds since 1970 when time alone changes something


def make_plan(
    rows: Sequence[ProcessRow],
    nodes: Sequence[Node],
    view: Callable[[ProcessRow], Process],
    policy_named: Callable[[str], Policy],
    now: float,
) -> Plan:
    """Return what has to be done.

    Each policy places its own processes and sees of the others only the room that they take. What
    is on a node that is not ready stays out of it, and so does what may not start yet.
    """
    plan = Plan()
    ready = {node.id: node for node in nodes}
    running = {(row.app, row.part) for row in rows if row.state in LIVE}
    waiting = {(row.app, row.part) for row in rows if row.state not in LIVE}
    groups: dict[str, list[ProcessRow]] = {}
    for row in rows:
        if row.state == "pending":
            if row.not_before > now:
                plan.again = min(row.not_before, plan.again or row.not_before)
                continue
            if late := _must_wait_for(row, running, waiting):
                plan.waits.append((row.pid, late))
                continue
        elif row.node not in ready:
            continue
        groups.setdefault(row.terms.policy, []).append(row)
    views = {row.pid: view(row) for group in groups.values() for row in group}
    places = {row.pid: row.node for group in groups.values() for row in group if row.node}
    for name in sorted(groups):
        group = groups[name]
        mine = {row.pid: row.node for row in group if row.node}
        left = nodes
        if len(mine) != len(places):
            others = [(views[pid], node) for pid, node in places.items() if pid not in mine]
            left = reduced(nodes, others)
        try:
            placement = policy_named(name)(left, [views[row.pid] for row in group], mine)
        except PolicyError as error:
            plan.troubles.append(str(error))
            plan.waits += [(row.pid, str(error)) for row in group if row.state == "pending"]
            continue
        for row in group:
            node = placement.nodes.get(row.pid)
            if node is None:
                why = placement.unplaced[row.pid]
                if row.state == "pending":
                    plan.waits.append((row.pid, why))
                else:
                    plan.stays[row.pid] = why
                continue
            places[row.pid] = node
            if row.state == "pending":
                plan.starts.append((row.pid, node, f"{name} chose {node}"))
            elif node != row.node and row.state in LIVE:
                assert row.node is not None
                lack = unmet_need(ready[row.node], views[row.pid])
                reason = f"{row.node} {lack}" if lack else f"{name} prefers {node}"
                plan.moves.append((row.pid, node, reason))
    return plan


def _must_wait_for(
    row: ProcessRow, running: set[tuple[str, str]], waiting: set[tuple[str, str]]
) -> str:
    """Return why a process may not start yet, by its terms' ``after``; "" if it may."""
    for part in row.terms.after:
        place = row.app, part
        if place in waiting or place not in running:
            return f"waits until {part} runs"
    return ""


def reduced(nodes: Iterable[Node], taken: Iterable[tuple[Process, str]]) -> list[Node]:
    """Return the nodes without the room that processes of others take."""
    memory: dict[str, int] = {}
    slots: dict[str, int] = {}
    for process, node in taken:
        memory[node] = memory.get(node, 0) + process.memory
        slots[node] = slots.get(node, 0) + 1
    return [
        replace(
            node,
            memory=None if node.memory is None else max(node.memory - memory[node.id], 0),
            slots=None if node.slots is None else max(node.slots - slots[node.id], 0),
        )
        if node.id in slots
        else node
        for node in nodes
    ]


def levelled(
    nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return moves (pid, node, reason) that even out how many processes nodes have.

    Each takes one from a node to one that, counting it, still has fewer; so it ends, and nothing
    moves without gain.
    """
    counts = {node.id: 0 for node in nodes if not node.drained}
    rooms = {node.id: node for node in nodes}
    on: dict[str, list[Process]] = {node: [] for node in counts}
    places = dict(current)
    for process in processes:
        if places.get(process.pid) in on:
            counts[places[process.pid]] += 1
            on[places[process.pid]].append(process)
    moves = []
    fixed: set[str] = set()
    while fixed != set(counts):
        source = max(sorted(set(counts) - fixed), key=lambda node: counts[node])
        move = _off(source, on, counts, rooms)
        if move is None:
            fixed.add(source)
            continue
        process, target = move
        moves.append((process.pid, target, f"{source} has more processes than {target}"))
        on[source].remove(process)
        on[target].append(process)
        counts[source] -= 1
        counts[target] += 1
        fixed.clear()
    return moves


def _off(
    source: str,
    on: Mapping[str, list[Process]],
    counts: Mapping[str, int],
    rooms: Mapping[str, Node],
) -> tuple[Process, str] | None:
    """Return a process that can leave a node for one with fewer, and that node."""
    for target in sorted(counts, key=lambda node: (counts[node], node)):
        if counts[target] + 1 >= counts[source]:
            return None
        node = rooms[target]
        if node.slots is not None and counts[target] >= node.slots:
            continue
        left = None if node.memory is None else node.memory - sum(p.memory for p in on[target])
        for process in reversed(on[source]):
            if unmet_need(node, process) is None and (left is None or process.memory <= left):
                return process, target
    return None
