"""Images of processes in files of the fleet: the verbs `snapshot` and `restore`."""

from moonhop_core.errors import MoonhopError
from moonhop_core.node.bundles import MPY
from moonhop_core.node.hop_wire import Cutter, Lines, unpack
from moonhop_core.node.http import quote
from moonhop_core.node.messages import FAILED, IMAGE, RequestError
from moonhop_core.node.units import MARK, Late

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from moonhop_core.node.hosting import Hosted
    from moonhop_core.node.worker import Worker

TIMEOUT = 60  # seconds for the file to go over


def address(path: str) -> str:
    """Return where a file of the fleet is; `path` is text."""
    return "/files/" + quote("".join(map(chr, path.lstrip("/").encode())))


async def snapshot(
    worker: "Worker", hosted: "Hosted", path: str, deadline: float, last: bool
) -> "Any":
    """Write a process's image to a file, and let it go on; with `last` let go of it, so that it
    does nothing that the image does not know. Raises RequestError."""
    process = hosted.process
    assert process
    cutter = Cutter(worker.about.chunk)
    await hosted.hold(deadline)
    try:
        hosted.take_in()
        await worker.away(lambda: process.snapshot(cutter.add))
    except MoonhopError as error:
        raise RequestError(IMAGE, str(error))
    except MemoryError:
        raise RequestError(IMAGE, "memory is too small for the image")
    else:
        if last:
            worker.let_go(hosted, "left")
    finally:
        hosted.unhold()
    digest = cutter.finish()
    try:
        body = _pieces(cutter.chunks)
        response = await worker.http.request("PUT", address(path), body, timeout=TIMEOUT)
    except MoonhopError as error:
        raise RequestError(FAILED, str(error))
    if not response.ok:
        raise RequestError(FAILED, "the file server answers %d for %s" % (response.status, path))
    return {"pid": hosted.pid, "epoch": hosted.epoch, "bytes": cutter.bytes, "sha": digest}


def _pieces(chunks: "list[bytes | None]") -> "Iterable[bytes]":
    for i, chunk in enumerate(chunks):
        chunks[i] = None
        found = unpack(chunk or b"")
        if found:
            yield found[2]


async def restore(worker: "Worker", hosted: "Hosted", path: str, image: str) -> None:
    """Read a process back from a file, or from `image`, if that came along; it does not run yet.
    Raises MoonhopError."""
    process = hosted.process
    assert process
    reader = process.reader()
    late = Late(worker.http, process, reader)

    def take(line: str) -> None:
        if late.over.is_set() and not (MPY and line[: len(MARK)] == MARK):
            reader.feed(line)
        else:
            late.add(line)

    if image:
        for line in image.rstrip("\n").split("\n"):
            take(line)
    else:
        await _fetch(worker, path, take)
    await late.catch_up()
    await worker.away(lambda: process.finish_restore(reader, 0, False))
    process.pid = hosted.pid
    process.epoch = hosted.epoch


async def _fetch(worker: "Worker", path: str, take: "Callable[[str], Any]") -> None:
    lines = Lines()

    def take_all(piece: bytes) -> None:
        for line in lines.add(piece):
            take(line)

    response = await worker.http.request("GET", address(path), sink=take_all, timeout=TIMEOUT)
    if response.status == 404:
        raise RequestError(IMAGE, "%s: no such file" % path)
    if not response.ok:
        raise RequestError(FAILED, "the file server answers %d for %s" % (response.status, path))
