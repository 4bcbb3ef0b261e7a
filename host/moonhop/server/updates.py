"""``/api/nodes/{node}/update``: a board's update over the air."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from moonhop.server.streams import EVENTS, sent_events
from moonhop.updates.updates import WAIT, Change, Updates


class Wanted(BaseModel):
    """What is to change besides the worker: keys of the board's configuration (null removes one),
    the firmware (size in bytes and SHA-256 of what was put to ``/updates/firmware``); how many
    seconds the board has to be born again."""

    config: dict[str, Any] = {}
    firmware: tuple[int, str] | None = None
    wait: float = Field(default=WAIT, gt=0, le=3600, allow_inf_nan=False)

    def change(self) -> Change:
        """Return it as an update takes it."""
        return Change(self.config, list(self.firmware) if self.firmware else None)


def api_update_routes(updates: Updates) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.post("/{node}/update", status_code=202)
    async def start(node: str, wanted: Wanted) -> dict[str, Any]:
        """Begin to update a board; ask for it again to see how far it is. One that is under way
        goes on."""
        return asdict(updates.start(node, wanted.change(), wanted.wait))

    @routes.post("/{node}/update/plan")
    async def plan(node: str, wanted: Wanted) -> dict[str, Any]:
        """Say what an update would do."""
        return asdict(await updates.plan(node, wanted.change()))

    @routes.get("/{node}/update", responses=EVENTS)
    async def state(node: str, follow: bool = False) -> Any:
        """Say how far a board's update is, or how the last one ended; with ``follow`` as
        server-sent events, one for each step, until it has ended."""
        known = updates.state(node)
        return sent_events(_shown(updates, node)) if follow else asdict(known)

    return routes


async def _shown(updates: Updates, node: str) -> AsyncIterator[dict[str, Any]]:
    async for update in updates.follow(node):
        yield asdict(update)
