"""``/api/nodes/{node}/credential``: what lets a node join, made and taken back."""

from dataclasses import asdict
from typing import Any, Protocol

from fastapi import APIRouter
from pydantic import BaseModel

from moonhop.local_workers import NodeConfig


class Gatekeeper(Protocol):
    """Who lets nodes in: the host."""

    async def admit(self, node: str, replace: bool) -> NodeConfig: ...
    async def expel(self, node: str) -> bool: ...


class Joining(BaseModel):
    """A node that is to join; ``replace``: also if one of this id is there now, which then may not
    come back."""

    replace: bool = False


class Expelled(BaseModel):
    """Whose credential was taken back, and whether the broker knows."""

    node: str
    broker: bool


def credential_routes(host: Gatekeeper) -> APIRouter:
    """Return the routes over a host's credentials."""
    routes = APIRouter()

    @routes.post("/{node}/credential", status_code=201)
    async def admit(node: str, joining: Joining) -> dict[str, Any]:
        """Make a fresh credential for a node, which ends an older one, and return all it needs."""
        return asdict(await host.admit(node, joining.replace))

    @routes.delete("/{node}/credential")
    async def expel(node: str) -> Expelled:
        """Take a node's credential back: it is cut off and does not come back. A broker of others
        (``broker`` is false) knows one user for all and lets it in as before."""
        return Expelled(node=node, broker=await host.expel(node))

    return routes
