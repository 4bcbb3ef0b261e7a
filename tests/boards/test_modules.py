"""A board without the compiler runs a program with modules, which hops to it and away with them."""

import asyncio
from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from moonhop.state import State

COUNTER = b"""
local n = 0
sleep(0.01)
return function()
  n = n + 1
  sleep(0.2)
  return n
end
"""
HOPS = {4: "desktop", 8: "board"}  # after so many lines
ENOUGH = 12
PROGRAM = b"""
local count, where = require "counter"
print("counter from " .. where)
while true do
  print(node.id .. " " .. require "counter"())
  if require("counter") ~= count then error("loaded twice") end
end
"""


def test_program_hops_to_a_board_with_its_modules_and_back(tmp_path: Path) -> None:
    async def body() -> list[str]:
        async with Host(State("modules", tmp_path)) as host:
            for worker in (
                await host.workers.start_cpython(host.add_node("desktop")),
                await host.workers.start_micropython(host.add_node("board"), "192K"),
            ):
                await host.wait_for_worker(worker)
            await asyncio.to_thread(host.files.write, "lib/counter.lua", COUNTER)
            program = await asyncio.to_thread(host.programs.add, PROGRAM, "main.lua")
            # From now on the program needs nothing of the file server.
            await asyncio.to_thread(host.files.write, "lib/counter.lua", b"error('changed')")
            process = host.scheduler.submit(NewProcess("m", program.hash, [], "board"))
            process = await host.scheduler.wait_started(process.pid, 20)
            lines: list[str] = []
            async for line in host.scheduler.logs.follow(process.pid):
                lines.append(line["text"])
                if len(lines) in HOPS:
                    await host.scheduler.hop(process.pid, HOPS[len(lines)], "a test")
                if len(lines) == ENOUGH:
                    break
            return lines

    lines = asyncio.run(body())
    assert lines[0] == "counter from /lib/counter.lua"
    counts = [line.split(" ") for line in lines[1:]]
    assert [int(count) for _, count in counts] == list(range(1, len(counts) + 1))
    assert [counts[0][0], counts[-1][0]] == ["board", "board"]
    assert "desktop" in [node for node, _ in counts]
