"""``/api``: nodes, processes, events, for the command line and other tools of people."""

import asyncio
from collections import Counter
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from moonhop.programs.store import ProgramStore
from moonhop.scheduler.events import follow as follow_events
from moonhop.scheduler.images import Images
from moonhop.scheduler.rebalance import rebalance
from moonhop.scheduler.reboots import reboot
from moonhop.scheduler.rows import NewProcess, ProcessRow, Terms
from moonhop.scheduler.scheduler import Scheduler
from moonhop.server.streams import EVENTS, sent_events
from moonhop_core.errors import MoonhopError

MOST_ARGS = 1000
START = 20.0  # seconds for a copy to start, at most
LONGEST_HEAD = 8 << 20  # bytes of a snapshot's first line, which has the program's source
Verb = Literal["stop", "kill", "pause", "resume"]


class Submission(BaseModel):
    """A process to run: a program by its source or hash, where, and on which terms."""

    source: str | None = None  # Lua text
    program: str | None = None  # or the hash of one that the host has
    name: str = Field(default="program", max_length=200)
    file: str = Field(default="", max_length=1000)  # what messages call the source
    args: list[str | int | float | bool] = Field(default=[], max_length=MOST_ARGS)
    node: str | None = None
    policy: str = Terms.policy
    restart: Literal["never", "on-failure", "always"] = "never"
    recover: Literal["checkpoint", "start", "never"] = "checkpoint"
    checkpoint: float | None = Field(default=None, gt=0, allow_inf_nan=False)  # seconds
    wait: float = Field(
        default=0, ge=0, le=60, allow_inf_nan=False
    )  # seconds for it to start, at most

    def terms(self) -> Terms:
        """Return the terms that it asks for."""
        return Terms(
            self.policy, checkpoint=self.checkpoint, restart=self.restart, recover=self.recover
        )


class Destination(BaseModel):
    """Where a process is to hop."""

    node: str


def api_routes(scheduler: Scheduler, programs: ProgramStore, images: Images) -> APIRouter:
    """Return the routes over a scheduler."""
    routes = APIRouter()
    routes.include_router(_node_routes(scheduler, images))
    routes.include_router(_image_routes(scheduler, images, programs))

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
        new = NewProcess(what.name, hash, list(what.args), what.node, terms=what.terms())
        row = scheduler.submit(new)
        if what.wait:
            row = await scheduler.wait_started(row.pid, what.wait)
        return shown(row)

    @routes.get("/processes/{pid}")
    async def process(pid: str) -> dict[str, Any]:
        """Return one process, with its events."""
        row = scheduler.store.process(pid)
        return {**shown(row), "events": scheduler.store.history(pid)}

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

    @routes.get("/processes/{pid}/logs", responses=EVENTS)
    async def logs(pid: str, follow: bool = False, last: int | None = None) -> Any:
        """Return what a process printed and logged; with ``follow`` as server-sent events."""
        scheduler.store.process(pid)  # there is one
        if not follow:
            return scheduler.logs.lines(pid, last)
        lines = scheduler.logs.follow(pid, last, lambda: scheduler.store.process(pid).over)
        return sent_events(lines)

    @routes.get("/events", responses=EVENTS)
    async def events(
        after: int = 0, pid: str | None = None, limit: int = 500, follow: bool = False
    ) -> Any:
        """Return what happened, and why, after a sequence number (negative: so many of the newest);
        with ``follow`` as server-sent events, and then each as it comes."""
        store = scheduler.store
        if after < 0:
            after = store.before_newest(-after)
        if not follow:
            return store.events(after, pid, min(max(limit, 1), 5000))
        found = follow_events(store, after, pid)
        return sent_events(found)

    return routes


def _node_routes(scheduler: Scheduler, images: Images) -> APIRouter:
    routes = APIRouter()

    @routes.get("/nodes")
    async def nodes() -> list[dict[str, Any]]:
        """List all nodes ever seen."""
        running = Counter(row.node for row in scheduler.store.live())
        return [
            {**node.as_dict(), "processes": running[node.id]}
            for node in sorted(scheduler.fleet.nodes.values(), key=lambda node: node.id)
        ]

    @routes.get("/nodes/{node}/stat")
    async def stat(node: str) -> dict[str, Any]:
        """Ask a node how it is now: load, session, uptime, and of a board also the largest free
        piece of its heap."""
        known = scheduler.fleet.ready_node(node)
        found: dict[str, Any] = await scheduler.nodes.ask(known.id, "stat", {})
        return found

    @routes.post("/nodes/{node}/drain")
    async def drain(node: str, open: bool = False, wait: float = 0) -> dict[str, Any]:
        """Have all processes leave a node and none come (``open``: let them come again); wait so
        many seconds at most until it is empty, and say what is left there."""
        scheduler.drain(node, not open)

        def left() -> list[ProcessRow]:
            return [row for row in scheduler.store.live() if row.node == node]

        if not open:
            await scheduler.wait_until(lambda: not left(), min(max(wait, 0.0), 600.0))
        stuck = scheduler.stuck
        rows = [{**shown(row), "stuck": stuck.get(row.pid, "its hop is due")} for row in left()]
        return {"node": node, "drained": not open, "left": rows}

    @routes.post("/nodes/{node}/restart")
    async def restart(node: str, wait: float = 60) -> dict[str, Any]:
        """Have a board start again, not in safe mode; wait so many seconds at most until it is born
        again."""
        return (await reboot(scheduler, images, node, min(max(wait, 0.0), 600.0))).as_dict()

    @routes.get("/nodes/{node}/monitor", responses=EVENTS)
    async def monitor(node: str) -> StreamingResponse:
        """Return how a node is and what it says, as server-sent events without an end."""
        scheduler.fleet.node(node)  # there is one
        return sent_events(scheduler.monitor.follow(node))

    @routes.post("/rebalance")
    async def even_out(plan: bool = False) -> list[dict[str, Any]]:
        """Even out how many processes nodes have; with ``plan`` only say what would move."""
        return await rebalance(scheduler, carry_out=not plan)

    return routes


def _image_routes(scheduler: Scheduler, images: Images, programs: ProgramStore) -> APIRouter:
    routes = APIRouter()

    @routes.post("/processes/{pid}/snapshot")
    async def snapshot(pid: str) -> StreamingResponse:
        """Return a running process as a file."""
        pieces = await images.snapshot(pid)
        return StreamingResponse(pieces, media_type="application/octet-stream")

    @routes.post("/processes/{pid}/clone", status_code=201)
    async def clone(pid: str) -> dict[str, Any]:
        """Start a second process that goes on from where a process is."""
        row = await images.clone(pid)
        return shown(await scheduler.wait_started(row.pid, START))

    @routes.put("/restore", status_code=201)
    async def restore(request: Request) -> dict[str, Any]:
        """Start a process from such a file."""
        head = bytearray()
        pieces = request.stream()
        rest: list[bytes] = []
        async for piece in pieces:
            if not rest:
                line, newline, piece = piece.partition(b"\n")
                head += line
                if len(head) > LONGEST_HEAD:
                    raise MoonhopError("this is no snapshot; make one with: moonhop snapshot")
                if not newline:
                    continue
            rest.append(piece)
        row = images.restore(bytes(head), iter(rest), programs.add)
        return shown(await scheduler.wait_started(row.pid, START))

    return routes


def shown(row: ProcessRow) -> dict[str, Any]:
    """Return a process for JSON."""
    return {**asdict(row), "over": row.over}
