"""``/programs``: programs by hash, in the form that a node asks for."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response

from moonhop.programs.store import ProgramStore, unit_mpy
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

    @routes.post("/unit", responses={200: {"content": {TYPES["mpy"]: {}}}})
    async def unit(
        request: Request,
        name: Annotated[str, Query(max_length=1000)] = "=load",
        number: Annotated[int, Query(ge=1, lt=1 << 20)] = 1,
        mpy: int = 0,
    ) -> Response:
        """Compile a text for a board that is to load it into a running program, as unit
        ``number``; nothing is kept."""
        content = await asyncio.to_thread(
            unit_mpy, await request.body(), name.encode().decode("latin-1"), number, mpy
        )
        return Response(content, media_type=TYPES["mpy"])

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
