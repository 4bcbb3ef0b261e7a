"""What cannot be interrupted ends with its child; the worker and its neighbours go on."""

import asyncio
import os
import signal

import pytest

from moonhop_core.lang.modules import Module
from moonhop_core.process.bundle import pack
from tests.isolation.system import alive, children, descendants, descriptors, isolated
from tests.isolation.world import TICKS, World, in_world

SPIN = """--! engines = ["luajit"]
--! slice = 0.2
sleep(0.02)
publish("bench/begun", "yes")
local n = 0
while true do n = n + 1 end
"""
CATASTROPHE = """--! engines = ["lua54"]
--! isolation = "own"
--! slice = 0.2
sleep(0.02)
publish("bench/begun", "yes")
print(pcall(string.match, ("a"):rep(30000), (".-"):rep(8) .. "b"))
"""
IDLE = """--! engines = ["{engine}"]
--! isolation = "own"
local n = 0
every(0.02, function() n = n + 1 publish("bench/" .. process.id, tostring(n)) end)
"""


@pytest.mark.parametrize("source", [SPIN, CATASTROPHE], ids=["compiled loop", "pattern"])
def test_what_cannot_be_interrupted_is_ended_and_its_neighbours_tick_on(source: str) -> None:
    async def work(world: World) -> None:
        await world.run(TICKS, "ticks", "n1")
        neighbour = await world.run(IDLE.format(engine="luajit"), "neighbour", "n1")
        bad = await world.run(source, "bad", "n1")
        await world.wait_heard("bench/begun", 1, bad.pid)
        for number in range(3):  # the worker answers meanwhile
            other = await world.run("publish('bench/other', 'yes')", "other", "n1")
            await world.wait_heard("bench/other", number + 1, other.pid)
        row = await world.over(bad.pid)
        assert row.state == "failed"
        assert "slice" in row.reason
        assert "0.2 s" in row.reason
        await world.more("bench/tick")
        await world.more(f"bench/{neighbour.pid}")
        ticks = [int(tick) for tick in world.heard["bench/tick"]]
        assert ticks == list(range(1, len(ticks) + 1))
        await world.until(lambda: len(isolated(world.worker_pid("n1"))) == 1)

    in_world(work)


@pytest.mark.parametrize("engine", ["lua54", "luajit", "python"])
def test_child_that_is_killed_fails_its_process_at_once_and_says_why(engine: str) -> None:
    source = f'--! engines = ["{engine}"]\n--! isolation = "own"\nprint("on " .. node.engine)\n'

    async def work(world: World) -> None:
        await world.run(TICKS, "ticks", "n1")
        row = await world.run(source + "sleep(1000)", "victim", "n1")
        await world.until(lambda: world.lines(row.pid))
        [child] = isolated(world.worker_pid("n1"))
        os.kill(child, signal.SIGKILL)
        row = await world.over(row.pid)
        assert row.state == "failed"
        assert "its OS process was killed (SIGKILL" in row.reason
        assert world.lines(row.pid)[0] == f"on {engine}"
        assert not alive(child)
        await world.more("bench/tick")

    in_world(work)


def test_child_that_crashes_names_the_signal() -> None:
    async def work(world: World) -> None:
        row = await world.run(IDLE.format(engine="lua54"), "victim", "n1")
        [child] = isolated(world.worker_pid("n1"))
        os.kill(child, signal.SIGSEGV)
        assert "crashed (SIGSEGV)" in (await world.over(row.pid)).reason

    in_world(work)


def test_no_child_outlives_a_worker_that_is_killed() -> None:
    async def work(world: World) -> None:
        spin = await world.run(SPIN.replace("0.2", "1000"), "spin", "n1")
        await world.run(IDLE.format(engine="luajit"), "idle", "n1")
        await world.wait_heard("bench/begun", 1, spin.pid)
        family = descendants(world.worker_pid("n1"))
        assert len(family) == 3  # the zygote and two children
        os.kill(world.worker_pid("n1"), signal.SIGKILL)
        await world.until(lambda: not any(map(alive, family)))

    in_world(work)


def test_zygote_that_is_killed_takes_its_children_along_and_is_replaced() -> None:
    async def work(world: World) -> None:
        row = await world.run(IDLE.format(engine="luajit"), "first", "n1")
        [zygote] = children(world.worker_pid("n1"))
        os.kill(zygote, signal.SIGKILL)
        assert (await world.over(row.pid)).state == "failed"
        row = await world.run(IDLE.format(engine="luajit"), "second", "n1")
        await world.more(f"bench/{row.pid}")

    in_world(work)


def test_spinning_process_can_be_killed_by_request() -> None:
    async def work(world: World) -> None:
        spin = await world.run(SPIN.replace("0.2", "1000"), "spin", "n1")
        await world.wait_heard("bench/begun", 1, spin.pid)
        await world.host.scheduler.end(spin.pid, "kill")
        await world.until(lambda: not isolated(world.worker_pid("n1")))

    in_world(work)


def test_load_of_a_node_counts_its_isolated_processes() -> None:
    async def work(world: World) -> None:
        spin = await world.run(SPIN.replace("0.2", "1000"), "spin", "n1")
        await world.wait_heard("bench/begun", 1, spin.pid)
        node = world.host.scheduler.fleet.nodes["n1"]
        await world.until(lambda: node.load.get("cpu", 0) > 0.2)

    in_world(work)


def test_isolated_process_without_a_slice_has_that_of_the_node() -> None:
    async def work(world: World) -> None:
        spin = await world.run(SPIN.replace("--! slice = 0.2\n", ""), "spin", "n1")
        assert "slice of 2 s" in (await world.over(spin.pid)).reason

    in_world(work)


def test_isolated_program_has_its_modules() -> None:
    source = '--! engines = ["luajit"]\n--! modules = ["m"]\nprint(require("m").x)'

    async def work(world: World) -> None:
        text = pack(source, [Module("m", "m.lua", "return {x = 42}")])
        row = await world.over((await world.run(text, "modular", "n1")).pid)
        assert (row.state, world.lines(row.pid)) == ("ended", ["42"])

    in_world(work)


def test_processes_that_come_and_go_leave_neither_zombies_nor_open_files() -> None:
    async def work(world: World) -> None:
        worker = world.worker_pid("n1")
        source = '--! engines = ["luajit"]\nsleep(0.01)'
        for number in range(30):
            if number == 5:
                await world.until(lambda: not isolated(worker))
                before = descriptors(worker)
            row = await world.run(source, "brief", "n1")
            if number % 3 == 0:
                await world.over(row.pid)
        for row in world.rows():
            await world.over(row.pid)
        await world.until(lambda: not isolated(worker))
        assert descriptors(worker) <= before
        [zygote] = children(worker)
        assert descriptors(zygote) <= 7

    in_world(work)


def test_isolated_process_pauses_resumes_stops_and_uses_files() -> None:
    source = """--! engines = ["luajit"]
    fs.write("a", "one\\ntwo\\255\\n")
    for line in fs.lines("a") do print(line) end
    print(pcall(publish, "moonhop/1/x", "y"))
    local n = 0
    every(0.01, function() n = n + 1 publish("bench/count", tostring(n)) end)
    """

    async def work(world: World) -> None:
        row = await world.run(source, "count", "n1")
        await world.more("bench/count")
        scheduler = world.host.scheduler
        await scheduler.pause(row.pid)
        seen = len(world.heard["bench/count"])
        await asyncio.sleep(0.1)
        assert len(world.heard["bench/count"]) <= seen + 1
        await scheduler.pause(row.pid, "resume")
        await world.more("bench/count")
        await scheduler.end(row.pid)
        assert world.row(row.pid).state == "stopped"
        one, two, refused = world.lines(row.pid)
        assert (one, two.startswith("two")) == ("one", True)
        assert "belong to moonhop" in refused
        await world.until(lambda: not isolated(world.worker_pid("n1")))

    in_world(work)
