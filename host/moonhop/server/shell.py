"""``/api/processes/{pid}/eval`` and ``/api/nodes/{node}/shell``: Lua that is entered while a
process runs."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from moonhop.scheduler.evaluations import Evaluations
from moonhop.scheduler.shells import Shells
from moonhop.server.api import shown
from moonhop.server.streams import EVENTS, sent_events

MOST = 100_000  # characters


class Entered(BaseModel):
    """Lua to evaluate: an expression, whose values are printed, or statements; ``name`` is what
    messages call it."""

    text: str = Field(max_length=MOST)
    name: str = Field(default="shell", max_length=100, pattern=r"^[ -~]*$")


def shell_routes(evaluations: Evaluations, shells: Shells) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.post("/processes/{pid}/eval", responses=EVENTS)
    async def evaluate(pid: str, what: Entered) -> StreamingResponse:
        """Evaluate Lua in a process, as a task of it. Server-sent events: first ``{"eval"}``, the
        number to interrupt it by, then ``{"kind", "text"}``: ``print`` and ``log`` with what it
        says, and last ``done``, or ``error`` with what went wrong. What is not complete is refused,
        with ``incomplete``."""
        number = await evaluations.begin(pid, what.text, what.name)

        async def words() -> AsyncIterator[dict[str, Any]]:
            yield {"eval": number}
            async for word in evaluations.follow(pid, number):
                yield word

        return sent_events(words())

    @routes.delete("/processes/{pid}/eval/{number}", status_code=204)
    async def interrupt(pid: str, number: Annotated[int, Field(ge=0, lt=1 << 31)]) -> None:
        """End an evaluation; the process goes on."""
        await evaluations.interrupt(pid, number)

    @routes.get("/processes/{pid}/names")
    async def names(pid: str, path: Annotated[list[str], Query()] = []) -> list[str]:  # noqa: B006
        """Return the names in the table to which names lead from the globals: for completion."""
        return await evaluations.names(pid, path)

    @routes.post("/nodes/{node}/shell", responses=EVENTS)
    async def open_shell(node: str) -> StreamingResponse:
        """Start a process on a node that is there to evaluate Lua, and ends with this answer.
        Server-sent events: the process, and once more when it is over."""
        opened = shells.open(node)
        first = await anext(opened)

        async def rows() -> AsyncIterator[dict[str, Any]]:
            try:
                yield shown(first)
                async for row in opened:
                    yield shown(row)
            finally:
                await opened.aclose()  # type: ignore[attr-defined]

        return sent_events(rows())

    return routes
