"""A program on a virtual board, and the first line that it prints."""

import asyncio
from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from moonhop.state import State

START = 20.0  # seconds
JOIN = 40.0  # a board's files may have to be made first


def first_line(home: Path, source: str, name: str, heap: str) -> str:
    """Run a program on a board with so much heap; return the first line that it prints."""

    async def body() -> str:
        async with Host(State("board", home)) as host:
            worker = await host.workers.start_micropython(host.add_node("board"), heap)
            await host.wait_for_worker(worker, JOIN)
            program = await asyncio.to_thread(host.programs.add, source.encode(), name)
            process = host.scheduler.submit(NewProcess("p", program.hash, [], "board"))
            process = await host.scheduler.wait_started(process.pid, START)
            async for line in host.scheduler.logs.follow(process.pid):
                return str(line["text"])
        raise AssertionError("it printed nothing")

    return asyncio.run(body())
