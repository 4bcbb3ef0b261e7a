"""``/api/apps``: applications."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from moonhop.scheduler.applications import Applications
from moonhop.scheduler.apps import App


class Wanted(BaseModel):
    """An application, as its file says it (scheduler/apps.py)."""

    parts: list[dict[str, Any]]


def app_routes(applications: Applications) -> APIRouter:
    """Return the routes over the applications of a fleet."""
    routes = APIRouter()

    @routes.put("/{name}")
    async def apply(name: str, wanted: Wanted, plan: bool = False) -> list[dict[str, Any]]:
        """Make the fleet as the application says; with ``plan`` only tell what would be done."""
        app = App.checked(name, wanted.parts)
        changes = applications.difference(app) if plan else await applications.apply(app)
        return [change.as_dict() for change in changes]

    @routes.get("/{name}")
    async def status(name: str) -> dict[str, Any]:
        """Return how an application is."""
        return applications.status(name)

    @routes.delete("/{name}")
    async def stop(name: str) -> list[str]:
        """Stop an application and forget it; return the processes that were stopped."""
        return await applications.stop(name)

    return routes
