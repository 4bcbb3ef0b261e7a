"""A program that wants more memory than its manifest says gets an error; others go on."""

import io

import pytest

from moonhop.execute import exec_program
from tests.isolation.world import TICKS, World, in_world

ENGINES = ["lua54", "luajit"]
KINDS = ["none", "own"]
MANY = "for i = 1, 1e9 do t[i] = {} end"
GREEDY = {
    "table": f"local t = {{}} {MANY}",
    "global table": f"t = {{}} {MANY}",
    "strings": "local t = {} for i = 1, 1e9 do t[#t + 1] = tostring(i) end",
    "string": "local s = ('x'):rep(1024 * 1024 * 1024) print(#s)",
    "longer string": "local s = 'x' while true do s = s .. s end",
    "closures": "local t = {} while true do t[#t + 1] = function() return t end end",
    "turn by turn": "local t = {} while true do for i = 1, 1e4 do t[#t + 1] = {i} end sleep(1) end",
    "operations": "local t = {} while true do t[#t + 1] = ('x'):rep(1e5) .. #t .. now() end",
    "messages": """
        local t = {}
        subscribe("a", function(_, text) t[#t + 1] = text .. #t end)
        while true do publish("a", ("y"):rep(1e6)) sleep(1) end""",
}


def run(engine: str, isolation: str, code: str) -> tuple[int, str, str]:
    source = (
        f'--! engines = ["{engine}"]\n--! isolation = "{isolation}"\n--! memory = "24M"\n{code}'
    )
    out, err = io.StringIO(), io.StringIO()
    status = exec_program(source, [engine], None, (), True, out, err)
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("what", GREEDY)
@pytest.mark.parametrize("isolation", KINDS)
@pytest.mark.parametrize("engine", ENGINES)
def test_greedy_program_ends_with_an_error(engine: str, isolation: str, what: str) -> None:
    status, out, err = run(engine, isolation, GREEDY[what])
    assert (status, out) == (1, "")
    assert "not enough memory" in err


@pytest.mark.parametrize("isolation", KINDS)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_fits_runs_however_much_garbage_it_makes(engine: str, isolation: str) -> None:
    code = """
        local kept = {}
        for i = 1, 100000 do kept[i] = {i} end
        for round = 1, 10 do for i = 1, 100000 do kept[i] = {i} end end
        print(#kept)"""
    assert run(engine, isolation, code) == (0, "100000\n", "")


@pytest.mark.parametrize("isolation", KINDS)
@pytest.mark.parametrize("engine", ENGINES)
def test_program_can_catch_the_error_and_go_on(engine: str, isolation: str) -> None:
    code = f"""
        print(pcall(function() local t = {{}} {MANY} end))
        print(pcall(function() sleep(1) local t = {{}} {MANY} end))
        sleep(1)
        print(#("x"):rep(1000000))"""
    caught = "false\tnot enough memory\n"
    assert run(engine, isolation, code) == (0, caught * 2 + "1000000\n", "")


@pytest.mark.parametrize("engine", ENGINES)
def test_worker_and_neighbours_go_on_after_a_program_filled_its_memory(engine: str) -> None:
    source = f'--! engines = ["{engine}"]\n--! memory = "24M"\nsleep(0.01)\n'

    async def work(world: World) -> None:
        await world.run(TICKS, "ticks", "n1")
        for code in (GREEDY["global table"], GREEDY["string"]):
            row = await world.over((await world.run(source + code, "greedy", "n1")).pid)
            assert (row.state, row.reason) == ("failed", "not enough memory")
            await world.more("bench/tick")

    in_world(work)
