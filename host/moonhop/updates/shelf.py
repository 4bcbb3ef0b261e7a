"""What boards fetch: files by their SHA-256, in memory for as long as the host runs.

Whoever knows a hash may have the file: none of them holds a secret, for a board's configuration is
made on the board itself.
"""

import asyncio
import hashlib
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from moonhop.boards.firmware_files import PROJECT
from moonhop.boards.image import Image, ImageError, read_image
from moonhop.boards.sets import BoardSet, build_set
from moonhop.server.auth import OWNER
from moonhop_core.errors import MoonhopError


class Shelf:
    """The files of the sets that this host has built. A set is built once in a host's life, so a
    roll-out brings the same to all boards."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._workers: dict[bool, BoardSet] = {}
        self._firmware: dict[str, Image] = {}
        self._building = asyncio.Lock()

    async def worker(self, *, umqtt: bool) -> BoardSet:
        """Return the worker as a set, still without a configuration. Raises MoonhopError."""
        async with self._building:
            if umqtt not in self._workers:
                _, built = await asyncio.to_thread(build_set, umqtt=umqtt)
                self.offer(built, umqtt=umqtt)
        return self._workers[umqtt]

    def offer(self, worker: BoardSet, *, umqtt: bool) -> None:
        """Have boards get this worker; ``umqtt``: those whose firmware has no umqtt.simple."""
        for content in worker.files.values():
            self.put(content)
        self._workers[umqtt] = worker

    def put(self, content: bytes) -> list[Any]:
        """Offer a file; return its size in bytes and its hash."""
        hash = hashlib.sha256(content).hexdigest()
        self._files[hash] = content
        return [len(content), hash]

    def put_firmware(self, content: bytes) -> list[Any]:
        """Offer an application's image; return its size in bytes and its hash. Raises ImageError if
        it is damaged or none of MicroPython."""
        image = read_image(content)
        if image.name != PROJECT:
            raise ImageError(f"it is {image.name or 'something without a name'}, not MicroPython")
        offered = self.put(content)
        self._firmware[offered[1]] = image
        return offered

    def firmware(self, hash: str) -> Image:
        """Return what an image that was offered says of itself. Raises MoonhopError if none was."""
        if hash not in self._firmware:
            raise MoonhopError("this host was not given that firmware; start the update again")
        return self._firmware[hash]

    def remove(self, hash: str) -> None:
        """Offer a file no more; harmless if it is not there."""
        self._files.pop(hash, None)

    def get(self, hash: str) -> bytes | None:
        """Return a file."""
        return self._files.get(hash)


def update_routes(shelf: Shelf) -> APIRouter:
    """Return the route by which boards fetch."""
    routes = APIRouter()

    @routes.put("/firmware", status_code=201)
    async def firmware(request: Request) -> list[Any]:
        """Take a firmware for boards, an application's image; return its size and SHA-256."""
        if request.scope["caller"] != OWNER:
            raise HTTPException(403, "only the API token may bring firmware")
        body = await request.body()
        return await asyncio.to_thread(shelf.put_firmware, body)

    @routes.get("/{hash}")
    async def file(hash: str) -> Response:
        """Return a file of an update by its SHA-256."""
        content = shelf.get(hash)
        if content is None:
            raise HTTPException(404, "this host offers no such file; start the update again")
        return Response(content, media_type="application/octet-stream")

    return routes
