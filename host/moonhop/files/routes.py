"""``/files``: GET (a file, or a folder's list) with Range and ETag, HEAD, PUT, POST, DELETE."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from email.utils import formatdate
from typing import Any, BinaryIO

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from moonhop.files.ranges import NoSuchRange, parse_range
from moonhop.files.store import CHUNK, Entry, FileStore, NotFound
from moonhop.files.writers import Writers
from moonhop.scheduler.store import Store

FOLDER = {"Moonhop-Kind": "folder"}
LARGEST_APPEND = 1 << 20  # bytes


def file_routes(files: FileStore, store: Store) -> APIRouter:
    """Return the routes over a file store; ``store`` tells which copy of a process may write."""
    routes = APIRouter()
    writers = Writers(store)

    @routes.get("")
    @routes.get("/{path:path}")
    async def read(request: Request, path: str = "") -> Response:
        """Return a file or a range of it; of a folder, or with ``?list``, the entries as JSON; with
        ``?stat`` what there is under the path."""
        entry = files.stat(path)
        if "stat" in request.query_params:
            return JSONResponse(shown(entry))
        if entry.kind == "folder" or "list" in request.query_params:
            return JSONResponse([shown(entry) for entry in files.list(path)], headers=FOLDER)
        return _sent(files, path, request)

    @routes.head("/{path:path}")
    async def head(path: str) -> Response:
        """Return what GET would say of a file or folder."""
        entry = files.stat(path)
        headers = FOLDER if entry.kind == "folder" else _headers(entry)
        return Response(headers={**headers, "Content-Length": str(entry.size)})

    @routes.put("/{path:path}", status_code=201)
    async def write(request: Request, path: str) -> dict[str, Any]:
        """Write a whole file; it appears, in one step, when all of it has come."""
        writers.check(request.headers, request.scope["caller"])
        _check_conditions(files, path, request)
        expected = request.headers.get("content-length")
        size = 0
        with files.writing(path) as upload:
            async for piece in request.stream():
                upload.write(piece)
                size += len(piece)
            if expected is not None and size != int(expected):
                raise HTTPException(400, f"{size} bytes came of {expected}; nothing is written")
            _check_conditions(files, path, request)
        return shown(upload.entry)

    @routes.post("/{path:path}")
    async def append(request: Request, path: str) -> dict[str, Any]:
        """Add the body to the end of a file in one piece; a repeated request counts once."""
        writers.check(request.headers, request.scope["caller"])
        if entry := writers.done(request.headers):
            return shown(entry)
        body = b"".join([piece async for piece in _bounded(request)])
        entry = files.append(path, body)
        writers.remember(request.headers, entry)
        return shown(entry)

    @routes.delete("/{path:path}", status_code=204)
    async def remove(request: Request, path: str) -> None:
        """Remove a file, or an empty folder."""
        writers.check(request.headers, request.scope["caller"])
        _check_conditions(files, path, request)
        files.remove(path)

    return routes


def shown(entry: Entry) -> dict[str, Any]:
    """Return an entry for JSON, with its name alone too."""
    return {"name": entry.path.rpartition("/")[2], **asdict(entry)}


def _headers(entry: Entry) -> dict[str, str]:
    return {
        "ETag": f'"{entry.etag}"',
        "Accept-Ranges": "bytes",
        "Last-Modified": formatdate(entry.modified, usegmt=True),
        "Content-Type": "application/octet-stream",
        "Moonhop-Kind": "file",
    }


def _sent(files: FileStore, path: str, request: Request) -> Response:
    with ExitStack() as stack:
        file, entry = stack.enter_context(files.open(path))
        headers = _headers(entry)
        if _names(request.headers.get("if-none-match"), entry):
            return Response(status_code=304, headers=headers)
        wanted = request.headers.get("range")
        if not _names(request.headers.get("if-range", "*"), entry):
            wanted = None
        try:
            part = parse_range(wanted, entry.size)
        except NoSuchRange:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{entry.size}"})
        start, end = part or (0, entry.size)
        if part:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{entry.size}"
        headers["Content-Length"] = str(end - start)
        status = 206 if part else 200
        file.seek(start)
        if end - start <= CHUNK:
            return Response(file.read(end - start), status, headers)
        return StreamingResponse(_pieces(stack.pop_all(), file, end - start), status, headers)


def _pieces(stack: ExitStack, file: BinaryIO, size: int) -> Iterator[bytes]:
    with stack:
        while size > 0 and (piece := file.read(min(size, CHUNK))):
            size -= len(piece)
            yield piece


async def _bounded(request: Request) -> AsyncIterator[bytes]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST_APPEND:
            raise HTTPException(413, f"one append may be {LARGEST_APPEND >> 20} MB; send several")
        yield piece


def _check_conditions(files: FileStore, path: str, request: Request) -> None:
    """Answer 412 if the file is not the version that the caller knows (RFC 9110, 13)."""
    match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
    if match is None and none_match is None:
        return
    try:
        entry: Entry | None = files.stat(path)
    except NotFound:
        entry = None
    if (match is not None and not _names(match, entry)) or _names(none_match, entry):
        raise HTTPException(412, f"{path!r} is not the version you know; read it again")


def _names(header: str | None, entry: Entry | None) -> bool:
    """Tell whether a list of ETags, or ``*``, names the version."""
    if header is None or entry is None:
        return False
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    return "*" in tags or entry.etag in tags
