"""Processes on all engines, and what is evaluated in them."""

import asyncio
from typing import Any

from moonhop.host import Host
from tests.host.fleet import submit, workers

ENGINES = ("lua54", "luajit", "python", "micropython")
WAIT = 60.0  # seconds; a board's files may have to be made first
PROGRAM = """--! engines = ["{engine}"]
count = 0
config = {{limit = 10, name = "tank"}}
function double(x) return 2 * x end
while true do
  count = count + 1
  sleep(0.01)
end
"""
PATIENT = "--! slice = 30\n" + PROGRAM  # a busy machine may need long to pass Ctrl-C on


async def process_on(host: Host, engine: str, source: str = PROGRAM) -> str:
    """Run a program on an engine, on a node of its own; return its pid."""
    await node_for(host, engine, engine)
    return await another_on(host, engine, source)


async def another_on(host: Host, engine: str, source: str = PROGRAM) -> str:
    """Run a program on the node that has been started for an engine."""
    written = "python" if engine == "micropython" else engine
    return await submit(host, source.format(engine=written).encode(), engine)


async def node_for(host: Host, engine: str, name: str) -> None:
    """Start a worker that has an engine."""
    if engine == "micropython":
        worker = await host.workers.start_micropython(host.add_node(name))
        await host.wait_for_worker(worker, WAIT)
    else:
        await workers(host, name)


async def begun(host: Host, pid: str, text: str) -> "asyncio.Task[list[dict[str, Any]]]":
    """Have a text evaluated; return what waits for all that comes of it."""
    number = await host.scheduler.evaluations.begin(pid, text, "shell")

    async def collect() -> list[dict[str, Any]]:
        return [word async for word in host.scheduler.evaluations.follow(pid, number)]

    return asyncio.create_task(asyncio.wait_for(collect(), WAIT))


async def words(host: Host, pid: str, text: str) -> list[dict[str, Any]]:
    """Evaluate a text and return all that comes of it."""
    return await (await begun(host, pid, text))


async def said(host: Host, pid: str, text: str) -> list[str]:
    """Evaluate what must go well; return the lines that it prints."""
    *lines, last = await words(host, pid, text)
    assert last["kind"] == "done", last
    return "\n".join(word["text"] for word in lines).split("\n") if lines else []


async def failure(host: Host, pid: str, text: str) -> str:
    """Evaluate what must fail; return the error."""
    last = (await words(host, pid, text))[-1]
    assert last["kind"] == "error", last
    text = last["text"]
    return text
