"""``/api``: nodes, processes, events, for the command line and other tools of people."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from moonhop.programs.store import ProgramStore
from moonhop.scheduler.scheduler import Scheduler
from moonhop.scheduler.store import ProcessRow

KEEP_ALIVE = 15.0  # seconds between signs of life in a stream of events
MOST_ARGS = 1000
Verb = Literal["stop", "kill", "pause", "resume"]


class Submission(BaseModel):
    """A process to run: a program by its source or hash, and where."""

    source: str | None = None  # Lua text
    program: str | None = None  # or the hash of one that the host has
    name: str = Field(default="program", max_length=200)
    file: str = Field(default="", max_length=1000)  # what messages call the source
    args: list[str | int | float | bool] = Field(default=[], max_length=MOST_ARGS)
    node: str | None = None
    wait: float = Field(default=0, ge=0, le=60)  # seconds for it to start, at most


class Destination(BaseModel):
    """Where a process is to hop."""

    node: str


def api_routes(scheduler: Scheduler, programs: ProgramStore) -> APIRouter:
    """Return the routes over a scheduler."""
    routes = APIRouter()

    @routes.get("/nodes")
    async def nodes() -> list[dict[str, Any]]:
        """List all nodes ever seen."""
        running = [row.node for row in scheduler.store.processes(over=False)]
        return [
            {**node.as_dict(), "processes": running.count(node.id)}
            for node in sorted(scheduler.fleet.nodes.values(), key=lambda node: node.id)
        ]

    @routes.get("/processes")
    async def processes(all: bool = True) -> list[dict[str, Any]]:
        """List processes, with or without those that are over."""
        return [shown(row) for row in scheduler.store.processes(over=all)]

    @routes.post("/processes", status_code=201)
    async def submit(what: Submission) -> dict[str, Any]:
        """Run a program on the named node, or on one that fits."""
        if what.program is not None:
            hash = programs.get(what.program).hash
        else:
            source = (what.source or "").encode()
            program = await asyncio.to_thread(programs.add, source, what.file or what.name)
            hash = program.hash
        row = await scheduler.submit(what.name, hash, list(what.args), what.node)
        if what.wait:
            row = await scheduler.wait_started(row.pid, what.wait)
        return shown(row)

    @routes.get("/processes/{pid}")
    async def process(pid: str) -> dict[str, Any]:
        """Return one process, with its events."""
        row = scheduler.store.process(pid)
        return {**shown(row), "events": scheduler.store.events(pid=pid)}

    @routes.post("/processes/{pid}/hop")
    async def hop(pid: str, to: Destination) -> dict[str, Any]:
        """Bring a process to another node; return how long each phase took, in milliseconds."""
        # Whoever asked may go away; the hop goes on.
        report = await asyncio.shield(asyncio.ensure_future(scheduler.hop(pid, to.node)))
        return report.as_dict()

    @routes.post("/processes/{pid}/{verb}")
    async def act(pid: str, verb: Verb) -> dict[str, Any]:
        """Stop, kill, pause or resume a process."""
        if verb in ("stop", "kill"):
            return shown(await scheduler.end(pid, verb))
        return shown(await scheduler.pause(pid, verb))

    @routes.get("/processes/{pid}/logs")
    async def logs(pid: str, follow: bool = False, last: int | None = None) -> Any:
        """Return what a process printed and logged; with ``follow`` as server-sent events."""
        row = scheduler.store.process(pid)
        if not follow:
            return scheduler.logs.lines(pid, last)
        lines = scheduler.logs.follow(pid, last, row.over)
        return StreamingResponse(sent_events(lines), media_type="text/event-stream")

    @routes.get("/events")
    async def events(after: int = 0, pid: str | None = None, limit: int = 500) -> Any:
        """Return what happened, and why, after a sequence number."""
        return scheduler.store.events(after, pid, min(max(limit, 1), 5000))

    return routes


def shown(row: ProcessRow) -> dict[str, Any]:
    """Return a process for JSON."""
    return {**asdict(row), "over": row.over}


async def sent_events(items: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    """Return items as server-sent events, then the event ``end``; comments keep it alive."""
    following = asyncio.ensure_future(anext(items, None))
    try:
        while True:
            done, _ = await asyncio.wait([following], timeout=KEEP_ALIVE)
            if not done:
                yield b": still here\n\n"
                continue
            item = following.result()
            if item is None:
                break
            yield b"data: " + json.dumps(item).encode() + b"\n\n"
            following = asyncio.ensure_future(anext(items, None))
        yield b"event: end\ndata: {}\n\n"
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await items.aclose()  # type: ignore[attr-defined]
