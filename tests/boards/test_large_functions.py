"""A board without the compiler runs a function that is emitted in sections."""

import asyncio
from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from moonhop.state import State

STEP = "if t.x%d then sum = sum + t.x%d * %d else t.x%d = sum + %d end\n"
SLEEP = "sleep(0.001)\n"


def test_large_function_runs_on_a_board(tmp_path: Path) -> None:
    steps = "".join(
        STEP % (n % 30, n % 30, n, n % 30, n) + (SLEEP if n % 40 == 0 else "") for n in range(160)
    )
    source = f"local t, sum = {{}}, 0\nfor i = 1, 2 do\n{steps}end\nprint(sum % 1000007)\nsleep(60)"
    sum = 0
    t: dict[int, int] = {}
    for _ in range(2):
        for n in range(160):
            if n % 30 in t:
                sum += t[n % 30] * n
            else:
                t[n % 30] = sum + n

    async def body() -> str:
        async with Host(State("large", tmp_path)) as host:
            worker = await host.workers.start_micropython(host.add_node("board"), "512K")
            await host.wait_for_worker(worker, 40)
            program = await asyncio.to_thread(host.programs.add, source.encode(), "large.lua")
            process = host.scheduler.submit(NewProcess("l", program.hash, [], "board"))
            process = await host.scheduler.wait_started(process.pid, 20)
            async for line in host.scheduler.logs.follow(process.pid):
                return str(line["text"])
        raise AssertionError

    assert asyncio.run(body()) == str(sum % 1000007)
