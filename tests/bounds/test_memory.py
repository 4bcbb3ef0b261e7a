"""What takes memory without end gets an error: of the manifest's bound, or of a board's heap."""

import re
from pathlib import Path

import pytest

from tests.language.agent import Agent

GREEDY = {
    "an endless table": "local t = {} while true do t[#t + 1] = {} end",
    "an endless table, in pcall": """
local t = {}
while true do pcall(function() while true do t[#t + 1] = {#t} end end) end""",
    "an endless list of strings": """
local t = {}
while true do t[#t + 1] = string.rep('x', 100000) .. #t end""",
}
AGENT = Agent()


@pytest.mark.parametrize("what", GREEDY)
def test_what_grows_without_end_is_interrupted_and_named(what: str, tmp_path: Path) -> None:
    path = tmp_path / "greedy.lua"
    path.write_text("--! memory = 1000000\nprint('started')\n" + GREEDY[what])
    ended = AGENT.run(path, ["python"])
    assert (ended.status, ended.out) == (1, "started\n")
    assert re.match(r"moonhop: greedy\.lua:[1-9]\d*: not enough memory\n", ended.err)


def test_program_that_stays_within_its_memory_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "modest.lua"
    source = "for i = 1, 300 do local t = {} for k = 1, 2000 do t[k] = k end end print('end')"
    path.write_text("--! memory = 1000000\n" + source)
    assert AGENT.run(path, ["python"]) == (0, "end\n", "")


@pytest.mark.parametrize("name", ["python", "lua54", "micropython"])
def test_endless_recursion_is_an_error_that_can_be_caught(name: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.lua"
    path.write_text("local function f() return 1 + f() end print(pcall(f) == false, 'on')")
    assert AGENT.run(path, [name]) == (0, "true\ton\n", "")


@pytest.mark.parametrize(
    "source",
    [
        "local t = {} while true do t[#t + 1] = {#t} end",
        "local s = 'x' while true do s = s .. s end",
        "local s = string.rep('x', 1 << 30)",
    ],
)
def test_full_heap_of_micropython_is_the_programs_error(source: str, tmp_path: Path) -> None:
    path = tmp_path / "full.lua"
    path.write_text(source)
    ended = AGENT.run(path, ["micropython"])
    assert ended.status == 1
    assert ended.err.startswith("moonhop: not enough memory\n")


@pytest.fixture(autouse=True, scope="module")
def _agent_closed():
    yield
    AGENT.close()
