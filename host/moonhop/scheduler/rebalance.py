"""Rebalance: even out how many processes the nodes have, when a person asks for it."""

from typing import Any

from moonhop.scheduler.plan import LIVE, levelled
from moonhop.scheduler.scheduler import Scheduler
from moonhop_core.errors import MoonhopError


async def rebalance(scheduler: Scheduler, carry_out: bool = True) -> list[dict[str, Any]]:
    """Move processes from full nodes to emptier ones, one after the other; return what was done.

    Each entry has ``pid node target reason`` and, if it was carried out, ``error``: None or why
    that process stays.
    """
    rows = {row.pid: row for row in scheduler.store.live() if row.state in LIVE}
    views = [scheduler.view(row) for row in rows.values()]
    current = {pid: row.node for pid, row in rows.items() if row.node}
    found = []
    for pid, target, reason in levelled(scheduler.fleet.views(), views, current):
        entry: dict[str, Any] = {
            "pid": pid,
            "node": rows[pid].node,
            "target": target,
            "reason": reason,
        }
        if carry_out:
            entry["error"] = None
            try:
                await scheduler.hop(pid, target, f"rebalance: {reason}")
            except MoonhopError as error:
                entry["error"] = str(error)
        found.append(entry)
    return found
