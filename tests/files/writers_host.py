"""A host, as a process of its own, that kills itself when a file has grown to a size: after the
write is on the disk, and before anybody is told so.
`python -m tests.files.writers_host HOME SIZE [RECORDS]`: with RECORDS it starts the nodes and the
programs that write first. They outlive it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from moonhop.files.entries import Change
from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from moonhop.state import State

LOG = "log"  # the file that all write
CPYTHON = {"lua54": 6, "python": 6}  # engine: programs on its node
BOARDS = 4  # with one each
JOIN = 60.0  # seconds; a board's files may have to be made first

WRITER = b"""--! engines = ["lua54", "python"]
local who, count = ...
while not fs.exists("go") do sleep(0.1) end
for number = 1, count do
  fs.append("log", who .. ":" .. number .. ":" .. string.rep(who, 40) .. ":" .. number .. "\\n")
end
"""


async def run(home: Path, size: int, records: int) -> None:
    """Be the host, until it dies."""
    async with Host(State("lab", home)) as host:
        host.files.listen(lambda changes: die_at(changes, size))
        if records:
            await start(host, records)
        await asyncio.Event().wait()


def die_at(changes: list[Change], size: int) -> None:
    """Die if the file is large enough."""
    if any(change.path == LOG and change.size >= size for change in changes):
        os.kill(os.getpid(), signal.SIGKILL)


async def start(host: Host, records: int) -> None:
    """Start the nodes and the writers, who begin together."""
    places = []
    workers = []
    for engine, count in CPYTHON.items():
        workers.append(await host.workers.start_cpython(host.add_node(engine), [engine]))
        places += [engine] * count
    for number in range(BOARDS):
        name = f"board{number}"
        workers.append(await host.workers.start_micropython(host.add_node(name)))
        places.append(name)
    for worker in workers:
        await host.wait_for_worker(worker, JOIN)
    program = host.programs.add(WRITER, "writer.lua")
    for number, node in enumerate(places):
        new = NewProcess("writer", program.hash, [chr(ord("a") + number), records], node)
        row = host.scheduler.submit(new)
        await host.scheduler.wait_started(row.pid, JOIN)
    await asyncio.to_thread(host.files.write, "go", b"")


if __name__ == "__main__":
    more = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), more))
