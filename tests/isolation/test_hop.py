"""Isolated processes hop as others do."""

from functools import partial

import pytest

from tests.isolation.system import isolated
from tests.isolation.world import World, in_world

# Each answer comes from a task that waits, over a closure, a coroutine and a timer.
PROGRAM = """--! engines = ["lua54", "luajit", "python"]
--! isolation = "own"
local sum, words = 0, {}
local function add(n) sum = sum + n return sum end
local squares = coroutine.wrap(function() for i = 1, 1e9 do coroutine.yield(i * i) end end)
subscribe("bench/say", function(_, word) words[#words + 1] = word end)
for i = 1, tonumber((...)) do
  publish("bench/line", i .. " " .. add(squares()) .. " " .. #words)
  sleep(0.01)
end
publish("bench/line", "over " .. ("\\1\\200"):byte(2))
exit(0)
"""
LAST = 500


def children_are(world: World, wanted: list[bool]) -> bool:
    """Tell whether n1 and n2 have a child or none, as wanted."""
    return [len(isolated(world.worker_pid(node))) for node in ("n1", "n2")] == wanted


def expected() -> list[str]:
    """Return what the program says where it does not hop."""
    total = 0
    lines = []
    for number in range(1, LAST + 1):
        total += number * number
        lines.append(f"{number} {total} 0")
    return [*lines, "over 200"]


@pytest.mark.parametrize("engine", ["lua54", "luajit", "python"])
def test_isolated_process_says_the_same_wherever_it_hops(engine: str) -> None:
    source = PROGRAM.replace('["lua54", "luajit", "python"]', f'["{engine}", "python"]')

    async def work(world: World) -> None:
        row = await world.run(source, "hopper", "n1", LAST)
        for target in ("n2", "board", "n1", "board", "n2", "n1"):
            await world.more("bench/line", 15)
            await world.host.scheduler.hop(row.pid, target)
            wanted = [target == "n1", target == "n2"]
            await world.until(partial(children_are, world, wanted))
        row = await world.over(row.pid)
        assert row.state == "ended", row.reason
        await world.until(lambda: len(world.heard["bench/line"]) > LAST)  # who listens may lag
        assert world.heard["bench/line"] == expected()

    in_world(work, 2, True)


def test_large_image_hops_between_isolated_processes() -> None:
    source = """--! engines = ["luajit"]
    local kept = {}
    for i = 1, 3000 do kept[i] = {number = i, text = ("x"):rep(100) .. i} end
    every(0.05, function()
      local sum = 0
      for _, each in ipairs(kept) do sum = sum + each.number + #each.text end
      publish("bench/sum", tostring(sum))
    end)
    """

    async def work(world: World) -> None:
        row = await world.run(source, "large", "n1")
        await world.more("bench/sum")
        report = await world.host.scheduler.hop(row.pid, "n2")
        assert report.image_bytes is not None
        assert report.image_bytes > 300_000
        await world.more("bench/sum")
        assert len(set(world.heard["bench/sum"])) == 1

    in_world(work, 2)


def test_process_that_cannot_be_written_down_stays_and_goes_on() -> None:
    source = """--! engines = ["luajit"]
    local n, deep = 0, {}
    every(0.02, function() n = n + 1 publish("bench/n", tostring(n)) end)
    """

    async def work(world: World) -> None:
        row = await world.run(source, "stays", "n1")
        await world.more("bench/n")
        world.workers["n2"].kill()
        with pytest.raises(Exception, match="stays on n1"):
            await world.host.scheduler.hop(row.pid, "n2")
        await world.more("bench/n")
        counts = [int(n) for n in world.heard["bench/n"]]
        assert counts == list(range(1, len(counts) + 1))

    in_world(work, 2)
