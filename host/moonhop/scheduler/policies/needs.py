"""Whether a node meets a process's needs, and in words why not."""

from collections.abc import Mapping

from moonhop.scheduler.policies.model import Node, Process

FEW = 4  # nodes that a reason lists one by one
NAMED = 3  # nodes that a reason names of many


def unmet_need(node: Node, process: Process) -> str | None:
    """Return which need of the process the node does not meet, or None if it meets all."""
    if process.wanted is not None and process.wanted != node.id:
        return f"is not {process.wanted}"
    if node.drained:
        return "is drained"
    if process.engines and not set(process.engines) & set(node.engines):
        return f"has no engine {' or '.join(process.engines)}"
    for need in process.needs:
        if not _meets(node, need):
            return f"lacks {need}"
    return None


def why_unplaced(process: Process, refusals: Mapping[str, str]) -> str:
    """Return one line that says why a process fits on none of the nodes.

    ``refusals`` has the reason of every node that is ready, by id.
    """
    if not refusals:
        return "no node is ready"
    if process.wanted is not None:
        if process.wanted not in refusals:
            return f"node {process.wanted} is not ready"
        return f"{process.wanted} {refusals[process.wanted]}"
    if len(refusals) <= FEW:
        return "; ".join(f"{node} {reason}" for node, reason in refusals.items())
    alike: dict[str, list[str]] = {}
    for node, reason in refusals.items():
        alike.setdefault(reason.partition(", has ")[0], []).append(node)
    return "; ".join(f"{_listed(nodes)}: {reason}" for reason, nodes in alike.items())


def _listed(nodes: list[str]) -> str:
    if len(nodes) <= FEW:
        return ", ".join(nodes)
    return f"{', '.join(nodes[:NAMED])} and {len(nodes) - NAMED} more"


def _meets(node: Node, need: str) -> bool:
    if need.startswith("float") and need[5:].isdigit():
        return node.float_bits >= int(need[5:])
    if need == "place":
        return node.place is not None
    key, equals, value = need.partition("=")
    if equals:
        return node.tags.get(key) == value
    return need in node.capabilities or need in node.tags
