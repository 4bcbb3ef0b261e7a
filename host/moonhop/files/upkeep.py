"""Keeps the file store small while a host runs."""

import asyncio
from collections.abc import Awaitable, Callable

from moonhop.files.store import FileStore

STEP = 60.0  # seconds between two looks at which processes have ended
SWEEP = 3600.0  # seconds between two looks at what has been kept for long enough


async def keep_small(
    files: FileStore,
    is_over: Callable[[str], bool],
    also: Callable[[], Awaitable[None]],
    step: float = STEP,
    sweep: float = SWEEP,
) -> None:
    """For ever: forget processes that are over, and drop what is old.

    ``is_over`` tells of a process's id, on the loop, whether it asks no more; ``also`` drops what
    else is old.
    """
    loop = asyncio.get_running_loop()
    next_sweep = loop.time()
    while True:
        if loop.time() >= next_sweep:
            await asyncio.to_thread(files.sweep)
            await also()
            next_sweep = loop.time() + sweep
        known = await asyncio.to_thread(files.processes)
        for process in filter(is_over, known):
            await asyncio.to_thread(files.forget_process, process)
        await asyncio.sleep(step)
