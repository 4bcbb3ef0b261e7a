"""A program that spins fails by its slice; its worker answers and its neighbours tick on."""

import re

import pytest

from tests.bounds.greedy import PROGRAMS
from tests.isolation.world import TICKS, World, in_world

SPIN = """--! engines = ["{engine}"]
--! slice = 0.3
sleep(0.02)
publish("bench/begun", "yes")
while true do pcall(function() while true do end end) end
"""
GREEDY = """--! engines = ["{engine}"]
--! memory = "24M"
--! slice = 30
sleep(0.01)
"""
CATASTROPHE = """--! engines = ["lua54"]
--! slice = 0.2
sleep(0.02)
publish("bench/begun", "yes")
print(pcall(string.match, ("a"):rep(30000), (".-"):rep(8) .. "b"))
"""
SOME = (
    *("recursion", "recursion by gsub", "recursion by coroutines"),
    *("rep", "doubling", "a table", "too many values"),
)


@pytest.mark.parametrize("engine", ["lua54", "luajit", "python"])
def test_greedy_programs_fail_with_a_line_and_their_worker_and_neighbours_go_on(
    engine: str,
) -> None:
    async def work(world: World) -> None:
        await world.run(TICKS, "ticks", "n1")
        for name in SOME:
            source, why = PROGRAMS[name]
            row = await world.run(GREEDY.format(engine=engine) + source, "greedy", "n1")
            row = await world.over(row.pid)
            assert row.state == "failed"
            assert re.match(f"({why}|not enough memory)", row.reason), (name, row.reason)
            assert "\n" not in row.reason
            await world.more("bench/tick")
        other = await world.run("sleep(1000)", "other", "n1")
        await world.host.scheduler.end(other.pid)
        assert world.row(other.pid).state == "stopped"

    in_world(work)


def test_process_in_a_function_that_nothing_interrupts_fails_and_its_worker_goes_on() -> None:
    async def work(world: World) -> None:
        await world.run(TICKS, "ticks", "n1")
        bad = await world.run(CATASTROPHE, "bad", "n1")
        await world.wait_heard("bench/begun", 1, bad.pid)
        row = await world.over(bad.pid)
        assert row.state == "failed"
        said = "slice of 0.2 s is over, in a function that cannot be interrupted"
        assert row.reason.endswith(said)
        assert world.lines(bad.pid) == [row.reason]
        other = await world.run("publish('bench/other', 'yes')", "other", "n1")
        await world.wait_heard("bench/other", 1, other.pid)
        await world.more("bench/tick")

    in_world(work)


@pytest.mark.parametrize(
    ("engine", "node"), [("lua54", "n1"), ("python", "n1"), ("python", "board")]
)
def test_neighbours_of_a_program_that_spins_tick_on(engine: str, node: str) -> None:
    async def work(world: World) -> None:
        await world.run(TICKS.replace("lua54", engine), "ticks", node)
        bad = await world.run(SPIN.format(engine=engine), "bad", node)
        await world.wait_heard("bench/begun", 1, bad.pid)
        other = await world.run("publish('bench/other', 'yes')", "other", node)
        await world.wait_heard("bench/other", 1, other.pid)
        row = await world.over(bad.pid)
        assert row.state == "failed"
        assert row.reason.endswith(":5: slice of 0.3 s is over")
        await world.more("bench/tick")
        ticks = [int(tick) for tick in world.heard["bench/tick"]]
        assert ticks == list(range(1, len(ticks) + 1))

    in_world(work, micropython=node == "board")
