"""``/files``: the content of files. GET with Range and ETag, HEAD, PUT, PATCH (append), DELETE."""

import asyncio
from email.utils import formatdate
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.datastructures import Headers

from moonhop.files.appends import LARGEST
from moonhop.files.conditions import is_known, known, range_holds
from moonhop.files.documented import BODY, CONDITIONS, FREED, PART, READ, EntryShown, with_headers
from moonhop.files.entries import Entry
from moonhop.files.quotas import Account
from moonhop.files.ranges import NoSuchRange, parse_range
from moonhop.files.reading import Content
from moonhop.files.shown import described
from moonhop.files.store import FileStore
from moonhop.files.uploads import Upload
from moonhop.files.writers import Writers
from moonhop.server.auth import OWNER
from moonhop.server.refusals import FULL

GATHERED = 1 << 20  # bytes of an upload that go to the disk at once
SMALL = 256 * 1024  # bytes: an answer up to this is sent whole
LONGEST_TYPE = 200  # characters; a board takes no header that is much longer
FORM = "application/x-www-form-urlencoded"  # what `curl --data-binary` says of everything


class TreeConvertor(PathConvertor):
    """All of the address, line breaks too: else the file "a" would stand under "a%0A" as well."""

    regex = "(?s:.*)"


register_url_convertor("tree", TreeConvertor())

FilePath = Annotated[str, Path(description="where the file is in the fleet's tree")]
VersionNumber = Annotated[int | None, Query(ge=1, le=1 << 62, description="an old version")]


def file_routes(files: FileStore, writers: Writers) -> APIRouter:
    """Return the routes over a file store; ``writers`` tells which copy of a process may write."""
    routes = APIRouter(tags=["files"])

    @routes.get(
        "/{path:tree}",
        response_class=Response,
        responses=READ,
        openapi_extra=with_headers(PART),
    )
    async def read(request: Request, path: FilePath, version: VersionNumber = None) -> Response:
        """Return a file, a range of it, or a version that it had."""
        return await _sent(files.open(path, version), request)

    @routes.head("/{path:tree}", response_class=Response)
    async def head(request: Request, path: FilePath, version: VersionNumber = None) -> Response:
        """Tell of a file or folder what GET would, without the content."""
        entry = files.stat(path) if version is None else files.open(path, version).entry
        if is_known(request.headers, entry):
            return Response(status_code=304, headers=_headers(entry))
        return Response(headers={**_headers(entry), "Content-Length": str(entry.size)})

    @routes.put(
        "/{path:tree}",
        status_code=201,
        response_model=EntryShown,
        responses=FULL,
        openapi_extra=with_headers(CONDITIONS, **BODY),
    )
    async def write(request: Request, path: FilePath) -> JSONResponse:
        """Write a whole file: its new version appears, in one step, when all of it has come."""
        writer = writers.of(request.headers, request.scope["caller"], path)
        expected, type = request.headers.get("content-length"), _type(request.headers)
        conditions = known(request.headers)
        if writer.number is None:  # else it may be a repetition of what was done
            files.check_writable(path, conditions)
        upload = files.upload()
        try:
            await _receive(request, upload, files, files.tightest(writer))
            if expected is not None and upload.size != int(expected):
                raise HTTPException(400, f"{upload.size} bytes came of {expected}; write again")
            entry = await asyncio.to_thread(files.finish, upload, path, writer, conditions, type)
        finally:
            await asyncio.to_thread(upload.discard)
        return JSONResponse(described(entry), 201)

    @routes.patch(
        "/{path:tree}",
        response_model=EntryShown,
        responses=FULL,
        openapi_extra=with_headers(CONDITIONS, **BODY),
    )
    async def append(
        request: Request,
        path: FilePath,
        at: Annotated[
            int | None, Query(ge=0, le=1 << 62, description="bytes it has; any more are cut off")
        ] = None,
    ) -> JSONResponse:
        """Add the body to the end of a file, in one piece; a repeated request of a process counts
        once."""
        writer = writers.of(request.headers, request.scope["caller"], path)
        body, conditions = await _bounded(request), known(request.headers)
        if at is not None:
            entry = await asyncio.to_thread(files.append_at, path, body, at, writer, conditions)
            return JSONResponse(described(entry))
        appended = files.append_soon(path, body, writer, conditions)
        return JSONResponse(described(await asyncio.wrap_future(appended)))

    @routes.delete(
        "/{path:tree}",
        status_code=204,
        responses=FREED,
        openapi_extra=with_headers(CONDITIONS),
    )
    async def remove(
        request: Request,
        path: FilePath,
        deep: Annotated[bool, Query(description="a folder with all that is below it")] = False,
        forever: Annotated[
            bool, Query(description="with all versions, also of what was removed before")
        ] = False,
    ) -> Response:
        """Remove a file or a folder; its versions are kept for a while, unless it is for ever."""
        caller = request.scope["caller"]
        writer = writers.of(request.headers, caller, *([] if caller == OWNER else [path]))
        conditions = known(request.headers)
        if forever:
            freed = await asyncio.to_thread(files.remove_for_ever, path, writer, conditions, deep)
            return JSONResponse({"freed": freed})
        await asyncio.to_thread(files.remove, path, writer, conditions, deep)
        return Response(status_code=204)

    return routes


def _headers(entry: Entry) -> dict[str, str]:
    if entry.kind == "folder":
        return {"Moonhop-Kind": "folder"}
    return {
        "ETag": f'"{entry.etag}"',
        "Accept-Ranges": "bytes",
        "Last-Modified": formatdate(entry.modified, usegmt=True),
        "Content-Type": entry.type,
        # Whatever a file holds, a browser is not to run it with the page's rights.
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Moonhop-Kind": "file",
        "Moonhop-Version": str(entry.version),
    }


def _type(headers: Headers) -> str | None:
    """Return the media type that a request tells of its body, None if it tells none."""
    told = headers.get("content-type")
    if told is not None and len(told) > LONGEST_TYPE:
        raise HTTPException(400, f"a content type may be {LONGEST_TYPE} characters long")
    return None if told == FORM else told


async def _sent(content: Content, request: Request) -> Response:
    entry, headers = content.entry, _headers(content.entry)
    if is_known(request.headers, entry):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range") if range_holds(request.headers, entry) else None
    try:
        part = parse_range(wanted, entry.size)
    except NoSuchRange:
        # No words: a board takes no more bytes than it asked for.
        return Response(status_code=416, headers={"Content-Range": f"bytes */{entry.size}"})
    start, end = part or (0, entry.size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{entry.size}"
    headers["Content-Length"] = str(end - start)
    status = 206 if part else 200
    chunks = content.chunks(start, end)
    if chunks.in_index and end - start <= SMALL:
        return Response(b"".join(chunks), status, headers)
    if end - start <= SMALL:
        return Response(await asyncio.to_thread(b"".join, chunks), status, headers)
    # What cannot be read at all is told by a status, which has to be known before the first byte.
    first = await asyncio.to_thread(next, chunks, b"")
    return StreamingResponse(chain([first], chunks), status, headers)


async def _receive(
    request: Request, upload: Upload, files: FileStore, account: Account | None
) -> None:
    """Take the body in; what is too much for the writer's quota is refused before it has all come.

    The disk is written in a thread, so that nobody else has to wait for it.
    """
    announced = int(request.headers.get("content-length", 0))
    gathered = bytearray()
    async for piece in request.stream():
        gathered += piece
        size = max(upload.size + len(gathered), announced)
        if account is not None and account.lacks(size):
            account = await asyncio.to_thread(files.without_history, account)
            account.check(size)
        if len(gathered) >= GATHERED:
            await asyncio.to_thread(upload.write, bytes(gathered))
            gathered.clear()
    await asyncio.to_thread(upload.write, bytes(gathered))


async def _bounded(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise HTTPException(413, f"one append may be {LARGEST >> 20} MB; send several")
    return bytes(body)
