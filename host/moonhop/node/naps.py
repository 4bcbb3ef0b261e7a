"""Has processes that are idle take naps: then they hold what they are, and no engine.

A process is idle when no turn came for a while and no timer is due soon. Those that have become so
are told, a few at a time; the nap itself is taken where turns are, so nothing meets it.
"""

import asyncio
import contextlib
import ctypes
import sys
import time
from typing import TYPE_CHECKING, Any

from moonhop.engines.naps import NappingEngine
from moonhop_core.process.process import Process

if TYPE_CHECKING:
    from moonhop_core.node.hosting import Hosted
    from moonhop_core.node.worker import Worker

QUIET = 2.0  # seconds without a turn
FAR = 5.0  # seconds until the next one
STEP = 0.25  # seconds between two looks
# Told at the same time, and seconds until the next are: a nap takes a millisecond. With more the
# naps would be taken on many threads, each of which the C library lets keep some of what it frees:
# too little to matter by itself, but it keeps the pages around it from being given back.
AT_ONCE, BREATH = 4, 0.02


class NappingProcess(Process):
    """A process that can be told to take a nap when it is idle.

    turned  when its last turn began, by the monotonic clock
    look    before that moment there is no use in telling it
    """

    turned = 0.0
    look = 0.0
    told = False

    @property
    def naps(self) -> bool:
        """Tell whether it holds no engine's state at present."""
        return isinstance(self._engine, NappingEngine) and self._engine.napping

    def turn(self) -> bool:
        """Run one ready thing, if there is one, or take a nap if it was told to."""
        if not self.told:
            self.turned = time.monotonic()
            return super().turn()
        self.told = False
        more = super().turn()
        due = self.due()
        engine = self._engine
        if more or not isinstance(engine, NappingEngine):
            return more
        left = FAR if due is None else (due - self.host.monotonic()) / 1000000
        if left < FAR or not engine.nap():
            self.look = time.monotonic() + max(left, FAR)
        return False

    def idle(self, now: float) -> bool:
        """Tell whether it may be worth telling it."""
        engine = self._engine
        return (
            now - self.turned > QUIET
            and now > self.look
            and isinstance(engine, NappingEngine)
            and not engine.napping
        )


class Naps:
    """Tells a worker's idle processes to take naps."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._task = asyncio.ensure_future(self._watch())

    async def stop(self) -> None:
        """Tell nobody from now on."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _watch(self) -> None:
        freed = False
        while True:
            await asyncio.sleep(STEP)
            told = 0
            for hosted in list(self._worker.processes.values()):
                if is_idle(hosted):
                    tell(hosted)
                    told += 1
                    if told % AT_ONCE == 0:
                        await asyncio.sleep(BREATH)
            if freed and not told:
                await self._worker.away(give_back)
            freed = told > 0


def is_idle(hosted: "Hosted") -> bool:
    """Tell whether it may be worth telling a process to take a nap."""
    process = hosted.process
    return (
        not hosted.loading
        and isinstance(process, NappingProcess)
        and process.idle(time.monotonic())
    )


def tell(hosted: "Hosted") -> None:
    """Tell a process to take a nap in its next turn, and have it take one."""
    process: Any = hosted.process
    process.told = True
    hosted.changed()


def give_back() -> None:
    """Give memory that is free back to the system; the C library keeps it."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
        if trim is not None:
            trim(0)
