"""A program that fills a board's heap ends; its worker and its neighbours go on."""

import asyncio
import re
from functools import partial
from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from moonhop.state import State
from tests.boards.test_heap import used
from tests.bounds.greedy import PROGRAMS as GREEDY
from tests.waiting import until

PATIENCE = 60.0  # seconds, on a busy machine
TICKS = "local n = 0 every(0.1, function() n = n + 1 publish('ticks', tostring(n)) end)"
FILLS = {
    "what it hears": """local heard = {}
subscribe('ticks', function(topic, text)
  for i = 1, 500 do heard[#heard + 1] = {text, i} end
end)""",
    "recursion": "local function f() return 1 + f() end f()",
    "recursion by pcall": GREEDY["recursion by pcall"][0],
    "recursion that could wait": GREEDY["recursion of a function that could wait"][0],
    "a table": GREEDY["a table"][0],
    "doubling": GREEDY["doubling"][0],
}
WHY = r"(p\.lua:\d+: )*(C )?stack overflow|not enough memory|.*memory is full"


def ended(host: Host, pid: str) -> bool:
    """Tell whether a process runs no more."""
    return host.store.process(pid).state != "running"


def test_program_that_fills_the_heap_ends_alone(tmp_path: Path) -> None:
    async def body() -> None:
        async with Host(State("heap", tmp_path)) as host, asyncio.timeout(4 * PATIENCE):
            worker = await host.workers.start_micropython(host.add_node("board"), "256K")
            await host.wait_for_worker(worker, PATIENCE)

            async def start(source: str) -> str:
                program = await asyncio.to_thread(host.programs.add, source.encode(), "p.lua")
                row = host.scheduler.submit(NewProcess("p", program.hash, [], "board"))
                return (await host.scheduler.wait_started(row.pid, PATIENCE)).pid

            ticks = await start(TICKS)
            epoch = host.store.process(ticks).epoch  # another one on a board that began again
            begin = await used(host)
            for what, source in FILLS.items():
                pid = await start(source)
                await until(partial(ended, host, pid), PATIENCE, what)
                row = host.store.process(pid)
                assert row.state == "failed", (what, row)
                assert re.match(WHY, row.reason), (what, row.reason)
                neighbour = host.store.process(ticks)
                assert (neighbour.state, neighbour.epoch) == ("running", epoch), what
            assert await used(host) - begin < 30 << 10  # libraries that were loaded stay

    asyncio.run(body())
