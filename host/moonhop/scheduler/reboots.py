"""Starts a board again: what ends its safe mode, from afar (NMP-024)."""

from typing import TYPE_CHECKING

from moonhop.scheduler.fleet import NodeState
from moonhop.scheduler.requests import NodeGone
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import UNKNOWN_VERB, RequestError

if TYPE_CHECKING:
    from moonhop.scheduler.images import Images
    from moonhop.scheduler.scheduler import Scheduler

LAST_IMAGES = 5.0  # seconds for what runs there to be written down; it goes on elsewhere, or later


async def reboot(scheduler: "Scheduler", images: "Images", node: str, wait: float) -> NodeState:
    """Have a board start again with programs on, and wait so many seconds until it is born again.

    Raises MoonhopError if it is no board, is not there or does not come back.
    """
    known = scheduler.fleet.ready_node(node)
    before = known.session
    if (known.birth.get("boot") or {}) and not known.birth["boot"].get("safe"):
        await images.keep_all(LAST_IMAGES, node)
    try:
        await scheduler.nodes.ask(node, "restart", {})
    except RequestError as error:
        if error.code == UNKNOWN_VERB:
            raise MoonhopError(
                f"node {node} is no board, or its worker is older than this command: only boards"
                " start again from afar"
            ) from None
        raise MoonhopError(f"node {node}: {error.text}") from None
    except NodeGone:
        pass  # it may have left before its answer was heard
    scheduler.store.event("board restarts", None, node, "asked to restart")
    if not await scheduler.wait_until(lambda: known.usable and known.session != before, wait):
        raise MoonhopError(
            f"node {node} restarts, and was not born again in {wait:g} s; it goes on trying, see it"
            f" with: moonhop monitor {node}"
        )
    return known
