"""``/fs``: the tree of files: what there is, folders, names, versions, changes; and quotas."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from moonhop.files.entries import Change
from moonhop.files.shown import change_described, described
from moonhop.files.store import LARGEST_PAGE, FileStore
from moonhop.files.watching import Watchers
from moonhop.files.writers import Writers
from moonhop.server.streams import event, sent_events

TreePath = Annotated[str, Query(description="a path in the fleet's tree; empty: its top")]
LARGEST = 1 << 62  # what fits SQLite's integers


class OfPath(BaseModel):
    """One path."""

    path: str


class FromTo(BaseModel):
    """From one path to another."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")


class OldVersion(BaseModel):
    """A version that a file has or had."""

    path: str
    version: int = Field(ge=1, le=LARGEST)


class Quota(BaseModel):
    """What an account (``node:ID`` or ``app:NAME``) may keep, in bytes; null: the default."""

    account: str
    bytes: int | None = Field(ge=0, le=LARGEST)


def tree_routes(files: FileStore, writers: Writers, watchers: Watchers) -> APIRouter:
    """Return the routes over a file store; ``writers`` tells which copy of a process may write."""
    routes = APIRouter(tags=["tree"])

    @routes.get("/stat")
    async def stat(path: TreePath = "") -> dict[str, Any]:
        """Tell what there is under a path."""
        return described(files.stat(path))

    @routes.get("/list")
    async def list(
        path: TreePath = "",
        prefix: Annotated[str, Query(description="what the names begin with")] = "",
        after: Annotated[str, Query(description="where the page before ended")] = "",
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE,
        deep: Annotated[bool, Query(description="all that is below the folder")] = False,
        names: Annotated[bool, Query(description="only ``names``, for boards")] = False,
    ) -> dict[str, Any]:
        """List a folder by name, a page at a time; ``next`` of a page goes into ``after``."""
        page = files.page(path, prefix, after, limit, deep)
        if names:
            shown = [e.name + "/" if e.kind == "folder" else e.name for e in page.entries]
            return {"names": shown, "next": page.next}
        return {"entries": [described(entry) for entry in page.entries], "next": page.next}

    @routes.post("/mkdir", status_code=201)
    async def mkdir(request: Request, body: OfPath) -> dict[str, Any]:
        """Make a folder and those above it; one that is there is no trouble."""
        writer = writers.of(request.headers, request.scope["caller"], body.path)
        return described(await asyncio.to_thread(files.make_folder, body.path, writer))

    @routes.post("/rename")
    async def rename(request: Request, body: FromTo) -> dict[str, Any]:
        """Move a file or folder; a file that is in the way gets a new version."""
        caller = request.scope["caller"]
        writer = writers.of(request.headers, caller, body.source, body.target)
        return described(await asyncio.to_thread(files.rename, body.source, body.target, writer))

    @routes.post("/copy", status_code=201)
    async def copy(request: Request, body: FromTo) -> dict[str, Any]:
        """Copy a file or folder; a file that is in the way gets a new version."""
        writer = writers.of(request.headers, request.scope["caller"], body.target)
        return described(await asyncio.to_thread(files.copy, body.source, body.target, writer))

    @routes.get("/versions")
    async def versions(path: TreePath) -> dict[str, Any]:
        """Tell which versions a file has or had, the newest first."""
        return {"versions": [asdict(version) for version in files.versions(path)]}

    @routes.post("/restore")
    async def restore(request: Request, body: OldVersion) -> dict[str, Any]:
        """Make an old version of a file the newest, also of a removed file."""
        writer = writers.of(request.headers, request.scope["caller"], body.path)
        return described(await asyncio.to_thread(files.restore, body.path, body.version, writer))

    @routes.get("/watch", response_class=StreamingResponse)
    async def watch(
        path: TreePath = "",
        since: Annotated[
            int | None, Query(ge=0, le=LARGEST, description="a change's number; none: from now on")
        ] = None,
        last_event_id: Annotated[int | None, Header(ge=0, le=LARGEST)] = None,
    ) -> StreamingResponse:
        """Tell changes of a path and of what is below it as server-sent events, until the host
        stops. The event ``missed`` says that changes are no longer known: look anew."""
        after = since if last_event_id is None else last_event_id
        return sent_events(_told(watchers.watch(path, after)))

    return routes


async def _told(changes: AsyncGenerator[Change | None, None]) -> AsyncIterator[bytes]:
    async with aclosing(changes):
        async for change in changes:
            if change is None:
                yield event({}, name="missed")
            else:
                yield event(change_described(change), change.seq)


def quota_routes(files: FileStore) -> APIRouter:
    """Return the routes for the owner of the fleet: who may keep how much."""
    routes = APIRouter(tags=["tree"])

    @routes.get("")
    async def usage() -> dict[str, Any]:
        """Tell how many bytes nodes and applications keep and may keep."""
        return {"accounts": [asdict(account) for account in files.usage()]}

    @routes.put("")
    async def set_quota(body: Quota) -> dict[str, Any]:
        """Set what a node or an application may keep."""
        return asdict(await asyncio.to_thread(files.set_quota, body.account, body.bytes))

    return routes
