"""Scenarios on a host with real workers, and what they are made of."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop.local_workers import Worker
from moonhop.scheduler.rows import NewProcess, Terms
from moonhop.scheduler.scheduler import Patience
from moonhop.state import State

WAIT = 20.0  # seconds
LONGEST = 90.0  # seconds; what then stops the workers in good order has the rest of a test's time
SOON = Patience(silence=3.0, lost=0.2)
Scenario = Callable[[Host], Awaitable[None]]
COUNTER = b"""
local n = 0
while true do
  n = n + 1
  print(n)
  sleep(0.01)
end
"""


def on_host(
    home: Path,
    scenario: Scenario,
    patience: Patience | None = None,
    broker: ExternalBroker | None = None,
    longest: float = LONGEST,
) -> None:
    """Run a scenario on a host of its own, with a broker of its own unless there is one; for so
    many seconds at most."""

    async def run() -> None:
        async with Host(State("lab", home), patience=patience, broker=broker) as host:
            await scenario(host)

    asyncio.run(asyncio.wait_for(run(), longest))


async def workers(host: Host, *names: str) -> list[Worker]:
    """Start CPython workers and wait until they are there."""
    started = [await host.workers.start_cpython(host.add_node(name)) for name in names]
    for worker in started:
        await host.wait_for_worker(worker)
    return started


async def submit(
    host: Host,
    source: bytes,
    node: str | None = None,
    *args: str,
    terms: Terms = Terms(),  # noqa: B008 - it is frozen
) -> str:
    """Start a program; return its pid."""
    program = host.programs.add(source, "test.lua")
    row = host.scheduler.submit(NewProcess("test", program.hash, list(args), node, terms=terms))
    await host.scheduler.wait_started(row.pid, WAIT)
    return row.pid


async def until(host: Host, pid: str, *states: str) -> None:
    """Wait until a process is in one of the states."""
    reached = await host.scheduler.wait_until(lambda: host.store.process(pid).state in states, WAIT)
    assert reached, host.store.process(pid)


async def until_true(host: Host, done: Callable[[], Any]) -> None:
    """Wait until something holds, looking whenever something changed."""
    assert await host.scheduler.wait_until(lambda: bool(done()), WAIT)


def printed(host: Host, pid: str) -> list[str]:
    """Return what a process printed."""
    return [line["text"] for line in host.scheduler.logs.lines(pid) if line["kind"] == "print"]


async def until_printed(host: Host, pid: str, count: int) -> None:
    """Wait until a process has printed so many lines."""
    seen = 0
    async for _ in host.scheduler.logs.follow(pid):
        seen += 1
        if seen >= count:
            return


async def checkpoints(host: Host, pid: str, count: int) -> None:
    """Wait for so many more checkpoints of a process."""
    for _ in range(count):
        newest = _imaged_after(host, pid, host.store.process(pid).imaged)
        await until_true(host, newest)


def _imaged_after(host: Host, pid: str, moment: float) -> Callable[[], bool]:
    return lambda: host.store.process(pid).imaged > moment


def kinds(host: Host, pid: str) -> list[str]:
    """Return the kinds of a process's events, oldest first."""
    return [event["kind"] for event in host.store.events(pid=pid)]
