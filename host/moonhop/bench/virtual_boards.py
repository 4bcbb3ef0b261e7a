"""``moonhop bench --node virtual:96k,128k,192k``: virtual boards with these heaps, in a fleet of
their own, measured as any node is."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

from moonhop.bench.figures import Figure
from moonhop.bench.fleet import Fleet
from moonhop.bench.measurements import Effort
from moonhop.bench.node import SMALL, measure_node
from moonhop.boards.birth import NO_MEMORY
from moonhop.cli.client import Client
from moonhop.local_workers import Worker
from moonhop_core.errors import MoonhopError

PREFIX = "virtual:"
JOIN = 60.0  # seconds for a board to be born
LOOK = 0.1  # seconds between two looks whether it is
STEP = 4  # kB, to which the heap that is needed is found
MOST = 2048  # kB; a worker takes less


def heaps_of(text: str) -> list[int]:
    """Return the heaps in ``virtual:96k,128k``, in kB. Raises MoonhopError."""
    sizes = text.removeprefix(PREFIX).split(",")
    if not all(re.fullmatch(r"[1-9][0-9]{0,5}[kK]", size) for size in sizes):
        raise MoonhopError(
            f"{text!r} names no heaps; write them in kB, such as {PREFIX}96k,128k,192k"
        )
    return [int(size[:-1]) for size in sizes]


async def measure_virtual(heaps: list[int], effort: Effort) -> list[Figure]:
    """Measure a virtual board with each of the heaps (kB); of one that has no room for the worker
    and a small program say how much is missing."""
    figures = []
    needed = 0  # kB, once it is known
    async with Fleet(cpython=1) as fleet:
        for heap in heaps:
            title = f"{PREFIX}{heap}k"
            try:
                if heap >= needed:
                    async with _board(fleet, heap) as node:
                        client = Client(fleet.host.address)
                        figures += await measure_node(client, node, effort, title)
                    continue
            except MoonhopError as error:
                if await _fits(fleet, heap):
                    raise
                effort.say(f"{title}: {error}")
                needed = await _needed(fleet, heap, effort)
            effort.say(
                f"{title}: no room for the worker and a small program; they take {needed} kB of a"
                f" 64-bit heap, {needed - heap} kB are missing"
            )
            figures.append(Figure(f"{title}/heap missing", float(needed - heap), "kB"))
    return figures


@contextlib.asynccontextmanager
async def _board(fleet: Fleet, heap: int) -> AsyncIterator[str]:
    """Start a virtual board and give its node's name. Raises MoonhopError if it is not born."""
    host = fleet.host
    node = f"board-{heap}k"
    worker = await host.workers.start_micropython(host.add_node(node), f"{heap}K")
    try:
        await _born(fleet, worker)
        yield node
    finally:
        await worker.stop()


async def _born(fleet: Fleet, worker: Worker) -> None:
    """Wait until a board is born. Raises MoonhopError if it is not, at once if it has no room."""
    waited = asyncio.ensure_future(fleet.host.wait_for_worker(worker, JOIN))
    try:
        while not waited.done():
            if NO_MEMORY.search(worker.log.read_text(encoding="utf-8", errors="replace")):
                raise MoonhopError(worker.complaint())
            await asyncio.wait([waited], timeout=LOOK)
        await waited
    finally:
        waited.cancel()


async def _fits(fleet: Fleet, heap: int) -> bool:
    """Tell whether a board with such a heap runs a small program."""
    try:
        async with _board(fleet, heap) as node:
            row = await fleet.run(SMALL, "small", node)
            await fleet.host.scheduler.end(row.pid)
    except MoonhopError:
        return False
    return True


async def _needed(fleet: Fleet, too_small: int, effort: Effort) -> int:
    """Return the smallest heap, in kB, with which a board runs a small program. Raises MoonhopError
    if that is not the heap's fault."""
    low, high = too_small, 2 * too_small
    while not await _fits(fleet, high):
        low, high = high, 2 * high
        if high > MOST:
            raise MoonhopError("virtual boards do not run here, whatever their heap; see above")
    while high - low > STEP:
        middle = (low + high) // 2
        effort.say(f"looks whether {middle} kB are enough")
        low, high = (low, middle) if await _fits(fleet, middle) else (middle, high)
    return high
