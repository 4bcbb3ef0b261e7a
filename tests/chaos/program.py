"""The program that chaos happens to, and what must be true of it whatever happened."""

import asyncio
import itertools

from moonhop.host import Host
from moonhop.scheduler.rows import Terms
from moonhop_core.errors import MoonhopError
from tests.host.fleet import checkpoints, until_true

COUNTER = b"""
local n = 0
every(0.01, function() n = n + 1 print(n) end)
sleep(1e6)
"""
TERMS = Terms(checkpoint=0.2)
QUIET = 40.0  # seconds until all must be well again


def numbers(host: Host, pid: str) -> list[int]:
    """Return what it has counted so far."""
    lines = host.scheduler.logs.lines(pid)
    return [int(line["text"]) for line in lines if line["kind"] == "print"]


async def until_kept(host: Host, pid: str) -> None:
    """Wait for a checkpoint of some of what it has counted: for the second one after its first
    number, since the first may have been under way before."""
    await until_true(host, lambda: numbers(host, pid))
    await checkpoints(host, pid, 2)


async def copies(host: Host, pid: str) -> list[tuple[str, int, str]]:
    """Return the copies of a process on all nodes that are there: node, epoch, state."""
    found = []
    for node in list(host.scheduler.fleet.nodes.values()):
        if node.usable:
            for entry in await host.scheduler.nodes.ask(node.id, "list", {}):
                if entry["pid"] == pid:
                    found.append((node.id, entry["epoch"], entry["state"]))
    return found


async def one_copy_goes_on(host: Host, pid: str) -> None:
    """Wait until exactly one copy runs, on the node and in the epoch that the host has written,
    and counts on; then check that it still is the only one."""
    loop = asyncio.get_running_loop()
    end = loop.time() + QUIET
    while True:
        row = host.store.process(pid)
        try:
            found = await copies(host, pid)
        except MoonhopError:  # a node went between two questions
            found = []
        if row.state == "running" and found == [(row.node, row.epoch, "running")]:
            break
        assert loop.time() < end, (row, found, host.store.events(pid=pid))
        await host.scheduler.wait_until(lambda: False, 0.1)
    wanted = len(numbers(host, pid)) + 20
    seen = 0
    async with asyncio.timeout(QUIET):
        async for _ in host.scheduler.logs.follow(pid):
            seen += 1
            if seen >= wanted:
                break
    assert await copies(host, pid) == [(row.node, row.epoch, "running")]


def breaks(found: list[int]) -> list[tuple[int, int]]:
    """Return where it does not count by one: what came before, what after."""
    return [(a, b) for a, b in itertools.pairwise(found) if b != a + 1]
