"""A fleet of real workers behind a real broker, and what its processes say."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from moonhop.bench.fleet import Fleet
from moonhop.scheduler.rows import ProcessRow
from tests.waiting import until

TIMEOUT = 30.0  # seconds for something to become true

TICKS = """--! engines = ["lua54"]
local n = 0
every(0.01, function() n = n + 1 publish("bench/tick", tostring(n)) end)
"""


class World(Fleet):
    """Adds to a fleet what tests ask."""

    async def __aenter__(self) -> "World":
        await super().__aenter__()
        return self

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until something is so; return it."""
        return await until(condition, TIMEOUT, lambda: f"{self.rows()}; {self.logs()}")

    def rows(self) -> list[ProcessRow]:
        """Return all processes."""
        return self.host.store.processes()

    def row(self, pid: str) -> ProcessRow:
        """Return a process as the scheduler knows it."""
        return self.host.store.process(pid)

    def logs(self) -> dict[str, list[str]]:
        """Return what each process has said."""
        return {row.pid: self.lines(row.pid) for row in self.rows()}

    def lines(self, pid: str) -> list[str]:
        """Return what a process has said."""
        return [line["text"] for line in self.host.scheduler.logs.lines(pid)]

    def worker_pid(self, node: str) -> int:
        """Return the process id of a node's worker."""
        return self.workers[node].pid

    async def over(self, pid: str) -> ProcessRow:
        """Wait until a process is over and return it."""
        await self.until(lambda: self.row(pid).over)
        return self.row(pid)

    async def more(self, topic: str, count: int = 5) -> None:
        """Wait until so many messages more have come on a topic."""
        wanted = len(self.heard[topic]) + count
        await self.until(lambda: len(self.heard[topic]) >= wanted)


def in_world(
    work: Callable[[World], Coroutine[Any, Any, None]], cpython: int = 1, micropython: bool = False
) -> None:
    """Run a test in a world of nodes n1, n2 … and perhaps `board`."""

    async def body() -> None:
        async with World(cpython, micropython) as world:
            await work(world)

    asyncio.run(body())
