"""Policies by name: moonhop's own, and those that other packages bring (entry points)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points

from moonhop.interrupts import OutOfTime, time_limit
from moonhop.scheduler.policies.best_fit import best_fit
from moonhop.scheduler.policies.first_fit import first_fit
from moonhop.scheduler.policies.model import Node, Placement, Policy, PolicyError, Process
from moonhop.scheduler.policies.nearest import nearest
from moonhop.scheduler.policies.optimal import optimal
from moonhop.scheduler.policies.spread import spread

GROUP = "moonhop.policies"  # the entry points' group
DEFAULT = "first-fit"
TIME = 3.0  # seconds; a host that does not answer for ten is taken for hung
OWN: dict[str, Policy] = {
    "first-fit": first_fit,
    "best-fit": best_fit,
    "spread": spread,
    "nearest": nearest,
    "optimal": optimal,
}


def policy_named(name: str) -> Policy:
    """Return a policy that answers valid placements only. Raises PolicyError if there is none."""
    if name in OWN:
        return OWN[name]
    others = {found.name: found for found in entry_points(group=GROUP)}
    if name not in others:
        raise PolicyError(f"there is no policy {name!r}; known: {', '.join([*OWN, *others])}")
    try:
        policy: Policy = others[name].load()
    except Exception as error:
        raise PolicyError(f"policy {name}: cannot be loaded: {_line(error)}") from error
    return guarded(name, policy)


def guarded(name: str, policy: Policy) -> Policy:
    """Return a policy of somebody else's with its answers checked: what it raises, and nonsense,
    become PolicyError; so does taking longer than TIME, for meanwhile the host does nothing else.
    """

    def checked(
        nodes: Sequence[Node], processes: Sequence[Process], current: Mapping[str, str]
    ) -> Placement:
        try:
            with time_limit(TIME):
                placement = policy(nodes, processes, dict(current))
        except OutOfTime:
            raise PolicyError(f"policy {name}: it has no answer after {TIME:g} s") from None
        except Exception as error:
            raise PolicyError(f"policy {name}: {type(error).__name__}: {_line(error)}") from error
        if trouble := nonsense(placement, nodes, processes):
            raise PolicyError(f"policy {name}: {trouble}")
        return placement

    return checked


def nonsense(placement: object, nodes: Sequence[Node], processes: Sequence[Process]) -> str:
    """Return what is wrong with a placement, or an empty text: unknown processes or nodes,
    processes without a word, nodes that hold more than they can. Needs are the nodes' to check."""
    if not isinstance(placement, Placement):
        return f"it answers {type(placement).__name__}, not Placement"
    known = {process.pid: process for process in processes}
    there = {node.id for node in nodes}
    for pid, place in placement.nodes.items():
        if pid not in known:
            return f"it places {pid!r}, which is no process"
        if place not in there:
            return f"it places {pid} on {place!r}, which is no node that is ready"
    for pid in known:
        if pid not in placement.nodes and not placement.unplaced.get(pid):
            return f"it does not say where {pid} goes, nor why nowhere"
    slots = Counter(placement.nodes.values())
    memory: Counter[str] = Counter()
    for pid, place in placement.nodes.items():
        memory[place] += known[pid].memory
    for node in nodes:
        if node.slots is not None and slots[node.id] > node.slots:
            return f"it puts {slots[node.id]} processes on {node.id}, which takes {node.slots}"
        if node.memory is not None and memory[node.id] > node.memory:
            return f"it puts {memory[node.id]} bytes on {node.id}, which has {node.memory}"
    return ""


def _line(error: Exception) -> str:
    """Return what an error says as one line."""
    return " ".join(str(error).split())
