"""A fleet's roll-out: boards in batches, each born again before the next begins.

Nothing is kept of it but what the boards themselves say, so one that was broken off goes on when it
is begun again: boards that have the set are left alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

from moonhop_core.errors import MoonhopError

GOOD = ("same", "updated")


class Host(Protocol):
    """What is asked of the host's API (cli/client.py)."""

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: Any = None) -> Any: ...
    def events(self, path: str) -> Iterator[Any]: ...


@dataclass
class Rollout:
    """How a roll-out ended: boards as the API tells their updates, those that were not begun, and
    those that are not there."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)

    @property
    def failures(self) -> int:
        """How many boards do not run what they should, among those that were begun."""
        return sum(update["state"] not in GOOD for update in self.updates)

    @property
    def complete(self) -> bool:
        """Whether all boards run what they should."""
        return not (self.failures or self.left or self.away)


def batch_size(text: str, boards: int) -> int:
    """Return how many boards are updated at once: a number, or a share as ``10%`` (at least one).
    Raises MoonhopError."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})(%?)", text)
    if not match or (match[2] and int(match[1]) > 100):
        raise MoonhopError(f"--batch {text!r} is neither a number, as 3, nor a share, as 10%")
    size = int(match[1])
    return max(1, boards * size // 100) if match[2] else size


def boards_of(host: Host, names: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return the boards that are to be updated, and those of them that are not there; no names:
    all. Raises MoonhopError if a name is none of a board, or there is no board."""
    nodes = {node["id"]: node for node in host.get("/api/nodes")}
    boards = {name for name, node in nodes.items() if (node["boot"] or {}).get("set")}
    for name in names or ():
        if name not in nodes:
            known = ", ".join(sorted(boards)) or "none yet"
            raise MoonhopError(f"there is no node {name!r}; boards: {known}")
        if not nodes[name]["boot"]:
            raise MoonhopError(
                f"node {name!r} is no board; update moonhop on its machine, and start it again"
            )
    wanted = list(dict.fromkeys(names)) if names else sorted(boards)
    if not wanted:
        raise MoonhopError("this fleet has no boards; make one a node with: moonhop board deploy")
    away = [name for name in wanted if nodes[name]["state"] != "ready"]
    return [name for name in wanted if name not in away], away


def plan(host: Host, boards: Sequence[str], wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """Return for each board what its update would do. Raises MoonhopError."""
    return [host.post(f"{_path(board)}/plan", wanted) for board in boards]


def roll_out(
    host: Host,
    boards: Sequence[str],
    wanted: dict[str, Any],
    batch: int,
    most: int,
    tell: Callable[[dict[str, Any]], None],
) -> Rollout:
    """Update boards, so many at once; begin no batch once ``most`` boards have failed.

    ``tell`` gets each board's update when it has ended. Raises MoonhopError if the host ends; what
    the boards had begun they go on with, or leave undone, and run.
    """
    done = Rollout()
    for at in range(0, len(boards), batch):
        if done.failures >= most:
            done.left = list(boards[at:])
            break
        for update in _update(host, boards[at : at + batch], wanted):
            done.updates.append(update)
            tell(update)
    return done


def _update(host: Host, boards: Sequence[str], wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Update boards at once; give each one's update when it has ended, in their order."""
    begun = [_or_failed(board, lambda path: host.post(path, wanted)) for board in boards]
    for update in begun:
        if update["state"] == "running":
            for heard in host.events(f"{_path(update['node'])}?follow=true"):
                update = heard
        yield update


def _or_failed(board: str, begin: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Begin an update; one that the host refuses has failed."""
    try:
        return begin(_path(board))
    except MoonhopError as error:
        if not hasattr(error, "status"):  # no refusal: the host is not there
            raise
        return {"node": board, "state": "failed", "before": "", "set": "", "reason": str(error)}


def _path(board: str) -> str:
    return f"/api/nodes/{quote(board, safe='')}/update"
