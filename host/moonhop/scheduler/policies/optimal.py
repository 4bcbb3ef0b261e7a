"""Optimal: the assignment that places the most processes at the least cost, moves included.

A mixed-integer linear program for scipy's HiGHS solver. Processes that are alike (needs, memory,
place, node they run on) are one integer variable for each node, so a fleet of few kinds is small
however many processes it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moonhop.scheduler.policies.model import Node, Placement, PolicyError, Process
from moonhop.scheduler.policies.nearest import EARTH, apart
from moonhop.scheduler.policies.rooms import Filling, Rooms

MOST_VARIABLES = 100_000
TIME_LIMIT = 20.0  # seconds; then the best placement that was found by then
UNPLACED = 1000.0  # what a process without a node costs: more than any number of moves for it
MOVE = 1.0  # what a move costs
FAR = 0.5 / (EARTH * 3.2)  # what a metre costs: the other end of the earth is half a move
LATER = 1e-6  # what the node's number costs: of equal nodes the first


@dataclass
class Kind:
    """Processes that are alike, and the nodes they could run on."""

    sample: Process
    home: int | None
    members: list[Process]
    nodes: list[int]


def optimal(
    nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
) -> Placement:
    """Place as many processes as can be; of the ways to do so take the one with the fewest moves,
    then the shortest distances.

    Raises PolicyError without scipy, and for a fleet too large to solve.
    """
    filling = Filling(nodes, processes, {})
    kinds = _kinds(filling, processes, current)
    chosen = _solve(kinds, filling.rooms)
    goes: dict[str, int] = {}
    for kind, counts in zip(kinds, chosen, strict=True):
        left = list(kind.members)
        if kind.home in counts:  # who stays, stays: members are alike
            counts = {kind.home: counts[kind.home], **counts}
        for number, count in counts.items():
            for process in left[:count]:
                goes[process.pid] = number
            del left[:count]
    return filling.place(lambda process: goes.get(process.pid))


def _kinds(
    filling: Filling, processes: Sequence[Process], current: Mapping[str, str]
) -> list[Kind]:
    numbers = filling.rooms.numbers
    kinds: dict[tuple[object, ...], Kind] = {}
    for process in processes:
        home = numbers.get(current.get(process.pid, ""))
        key = (process._replace(pid=""), home)
        kind = kinds.get(key)
        if kind is None:
            kind = kinds[key] = Kind(process, home, [], filling.fitting(process))
        kind.members.append(process)
    return list(kinds.values())


def _solve(kinds: list[Kind], rooms: Rooms) -> list[dict[int, int]]:
    """Return for each kind how many of it go to which node."""
    pairs = [(k, n) for k, kind in enumerate(kinds) for n in kind.nodes]
    if not pairs:
        return [{} for _ in kinds]
    if len(pairs) > MOST_VARIABLES:
        raise PolicyError(
            f"policy optimal: {len(kinds)} kinds of processes on {len(rooms.nodes)} nodes are too"
            " many to solve; use best-fit"
        )
    try:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array
    except ImportError:
        raise PolicyError(
            "policy optimal needs scipy; install it with: pip install 'moonhop[optimal]'"
        ) from None
    columns = np.arange(len(pairs))
    rows_of_kinds = np.array([k for k, _ in pairs])
    rows_of_nodes = np.array([n for _, n in pairs])
    sizes = np.array([float(kinds[k].sample.memory) for k, _ in pairs])
    ones = np.ones(len(pairs))

    def rows(values: Any, at: Any, count: int) -> Any:
        return csr_array((values, (at, columns)), shape=(count, len(pairs)))

    most = np.array([float(len(kind.members)) for kind in kinds])
    cost = np.array([_cost(kinds[k], n, rooms) - UNPLACED for k, n in pairs])
    capacity = [
        LinearConstraint(rows(ones, rows_of_kinds, len(kinds)), ub=most),
        LinearConstraint(rows(ones, rows_of_nodes, len(rooms.nodes)), ub=np.array(rooms.slots)),
        LinearConstraint(rows(sizes, rows_of_nodes, len(rooms.nodes)), ub=np.array(rooms.memory)),
    ]
    found = milp(
        cost,
        integrality=ones,
        bounds=Bounds(0, most[rows_of_kinds]),
        constraints=capacity,
        options={"time_limit": TIME_LIMIT},
    )
    if found.x is None:
        raise PolicyError(f"policy optimal: {found.message.strip()}")
    chosen: list[dict[int, int]] = [{} for _ in kinds]
    for (k, n), count in zip(pairs, np.rint(found.x).astype(int), strict=True):
        if count > 0:
            chosen[k][n] = int(count)
    return chosen


def _cost(kind: Kind, number: int, rooms: Rooms) -> float:
    """Return what it costs to have one process of a kind on a node."""
    cost = LATER * number / len(rooms.nodes)
    if kind.home is not None and kind.home != number:
        cost += MOVE
    if kind.sample.place is not None:
        cost += FAR * min(apart(rooms.nodes[number].place, kind.sample.place), EARTH * 3.2)
    return cost
