"""Asyncio tasks that nobody waits for: kept, so that none is lost, and cancelled together."""

import asyncio

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


PATIENCE = 0.5  # seconds for a cancelled task to end


class Tasks:
    """The tasks of one owner."""

    def __init__(self) -> None:
        self._tasks: "dict[int, Any]" = {}
        self._count = 0

    def spawn(self, work: "Coroutine[Any, Any, Any]") -> "Any":
        """Run a coroutine as a task and return it."""
        self._count += 1
        task = asyncio.create_task(self._run(self._count, work))
        self._tasks[self._count] = task
        return task

    async def cancel(self) -> None:
        """Cancel all that still run, the caller's own excepted, and wait until they have ended."""
        own = asyncio.current_task()
        tasks = [task for task in self._tasks.values() if task is not own]
        for task in tasks:
            task.cancel()
        for task in tasks:
            try:  # on MicroPython one that Ctrl-C has hit never counts as ended
                await asyncio.wait_for(task, PATIENCE)
            except (asyncio.CancelledError, asyncio.TimeoutError):
                pass

    async def _run(self, number: int, work: "Coroutine[Any, Any, Any] | None") -> None:
        assert work
        try:
            await work
        finally:
            work = None  # MicroPython keeps finished tasks for a while, with all that they have
            del self._tasks[number]
