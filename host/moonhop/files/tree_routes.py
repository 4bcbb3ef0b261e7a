"""``/fs``: the tree of files: what there is, folders, names, versions, changes; and quotas."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from moonhop.files.documented import AccountsShown, EntryShown, PageShown, VersionsShown
from moonhop.files.entries import Change
from moonhop.files.quotas import Account
from moonhop.files.shown import change_described, described
from moonhop.files.store import LARGEST_PAGE, FileStore
from moonhop.files.watching import Watchers
from moonhop.files.writers import Writers
from moonhop.server.refusals import FULL
from moonhop.server.streams import EVENTS, event, sent_events

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

    @routes.get("/stat", response_model=EntryShown)
    async def stat(path: TreePath = "") -> JSONResponse:
        """Tell what there is under a path."""
        return JSONResponse(described(files.stat(path)))

    @routes.get("/list", response_model=PageShown)
    async def list(
        path: TreePath = "",
        prefix: Annotated[str, Query(description="what the names begin with")] = "",
        after: Annotated[str, Query(description="where the page before ended")] = "",
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE,
        deep: Annotated[bool, Query(description="all that is below the folder")] = False,
        names: Annotated[bool, Query(description="only ``names``, for boards")] = False,
    ) -> JSONResponse:
        """List a folder by name, a page at a time; ``next`` of a page goes into ``after``."""
        page = files.page(path, prefix, after, limit, deep)
        if names:
            shown = [e.name + "/" if e.kind == "folder" else e.name for e in page.entries]
            return JSONResponse({"names": shown, "next": page.next})
        entries = [described(entry) for entry in page.entries]
        return JSONResponse({"entries": entries, "next": page.next})

    @routes.post("/mkdir", status_code=201, response_model=EntryShown)
    async def mkdir(request: Request, body: OfPath) -> JSONResponse:
        """Make a folder and those above it; one that is there is no trouble."""
        writer = writers.of(request.headers, request.scope["caller"], body.path)
        entry = await asyncio.to_thread(files.make_folder, body.path, writer)
        return JSONResponse(described(entry), 201)

    @routes.post("/rename", response_model=EntryShown, responses=FULL)
    async def rename(request: Request, body: FromTo) -> JSONResponse:
        """Move a file or folder; a file that is in the way gets a new version."""
        caller = request.scope["caller"]
        writer = writers.of(request.headers, caller, body.source, body.target)
        entry = await asyncio.to_thread(files.rename, body.source, body.target, writer)
        return JSONResponse(described(entry))

    @routes.post("/copy", status_code=201, response_model=EntryShown, responses=FULL)
    async def copy(request: Request, body: FromTo) -> JSONResponse:
        """Copy a file or folder; a file that is in the way gets a new version."""
        writer = writers.of(request.headers, request.scope["caller"], body.target)
        entry = await asyncio.to_thread(files.copy, body.source, body.target, writer)
        return JSONResponse(described(entry), 201)

    @routes.get("/versions", response_model=VersionsShown)
    async def versions(path: TreePath) -> JSONResponse:
        """Tell which versions a file has or had, the newest first."""
        return JSONResponse({"versions": [asdict(version) for version in files.versions(path)]})

    @routes.post("/restore", response_model=EntryShown, responses=FULL)
    async def restore(request: Request, body: OldVersion) -> JSONResponse:
        """Make an old version of a file the newest, also of a removed file."""
        writer = writers.of(request.headers, request.scope["caller"], body.path)
        entry = await asyncio.to_thread(files.restore, body.path, body.version, writer)
        return JSONResponse(described(entry))

    @routes.get("/watch", response_class=Response, responses=EVENTS)
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

    @routes.get("", response_model=AccountsShown)
    async def usage() -> JSONResponse:
        """Tell how many bytes nodes and applications keep and may keep."""
        return JSONResponse({"accounts": [asdict(account) for account in files.usage()]})

    @routes.put("", response_model=Account)
    async def set_quota(body: Quota) -> JSONResponse:
        """Set what a node or an application may keep."""
        account = await asyncio.to_thread(files.set_quota, body.account, body.bytes)
        return JSONResponse(asdict(account))

    return routes
