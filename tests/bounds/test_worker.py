"""A program that spins fails by its slice; its worker answers and its neighbours tick on."""

import pytest

from tests.isolation.world import TICKS, World, in_world

SPIN = """--! engines = ["{engine}"]
--! slice = 0.3
sleep(0.02)
publish("bench/begun", "yes")
while true do pcall(function() while true do end end) end
"""


@pytest.mark.parametrize("engine", ["lua54", "python"])
def test_neighbours_of_a_program_that_spins_tick_on(engine: str) -> None:
    async def work(world: World) -> None:
        await world.run(TICKS, "ticks", "n1")
        bad = await world.run(SPIN.format(engine=engine), "bad", "n1")
        await world.wait_heard("bench/begun", 1, bad.pid)
        other = await world.run("publish('bench/other', 'yes')", "other", "n1")
        await world.wait_heard("bench/other", 1, other.pid)
        row = await world.over(bad.pid)
        assert row.state == "failed"
        assert row.reason.endswith(":5: slice of 0.3 s is over")
        await world.more("bench/tick")
        ticks = [int(tick) for tick in world.heard["bench/tick"]]
        assert ticks == list(range(1, len(ticks) + 1))

    in_world(work)
