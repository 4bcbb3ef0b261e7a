"""``/programs``: programs by hash, in the form that a node asks for."""

import asyncio
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from moonhop.programs.store import ProgramStore
from moonhop.server.auth import OWNER

TYPES = {"manifest": "application/json", "mpy": "application/octet-stream"}


def program_routes(programs: ProgramStore) -> APIRouter:
    """Return the routes over a store."""
    routes = APIRouter()

    @routes.put("/{name}", status_code=201)
    async def add(name: str, request: Request) -> dict[str, Any]:
        """Keep a program whose Lua text is the body; return its hash."""
        if request.scope["caller"] != OWNER:
            raise HTTPException(403, "only the API token may add programs")
        program = await asyncio.to_thread(programs.add, await request.body(), name)
        return {"hash": program.hash, "name": program.name, "manifest": program.manifest}

    @routes.get("/{hash}/{form}")
    async def form(hash: str, form: str, mpy: int = 0, native: int = 0) -> Response:
        """Return a program in a form; it never changes."""
        content = await asyncio.to_thread(programs.form, hash, form, mpy, native)
        headers = {
            "Cache-Control": "max-age=31536000, immutable",
            "ETag": f'"{hash}-{form}-{native}"',
        }
        return Response(
            content, media_type=TYPES.get(form, "text/plain; charset=utf-8"), headers=headers
        )

    return routes
