"""A board without the compiler makes tail calls in constant space."""

import asyncio
from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from moonhop.state import State

SOURCE = """
local t = {}
function t.even(n) if n == 0 then return "even" end return t.odd(n - 1) end
function t.odd(n) if n == 0 then return "odd" end return t.even(n - 1) end
local function count(n, ...) if n == 0 then return ... end return count(n - 1, ...) end
print(t.even(5001), count(5001, "counted"), select(2, pcall(t.even)))
sleep(60)
"""


def test_tail_calls_take_no_stack_on_a_board(tmp_path: Path) -> None:
    async def body() -> str:
        async with Host(State("tail", tmp_path)) as host:
            worker = await host.workers.start_micropython(host.add_node("board"), "192K")
            await host.wait_for_worker(worker, 40)
            program = await asyncio.to_thread(host.programs.add, SOURCE.encode(), "tail.lua")
            process = host.scheduler.submit(NewProcess("t", program.hash, [], "board"))
            process = await host.scheduler.wait_started(process.pid, 20)
            async for line in host.scheduler.logs.follow(process.pid):
                return str(line["text"])
        raise AssertionError

    missing = "tail.lua:3: attempt to perform arithmetic on a nil value (local 'n')"
    assert asyncio.run(body()) == f"odd\tcounted\t{missing}"
