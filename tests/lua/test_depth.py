"""Recursion goes on where C's stack ends, in frame form, and errors there are Lua errors."""

import re
from pathlib import Path

import pytest

from moonhop.bench.board import Board
from moonhop.bench.local import load, run_once
from moonhop_core.errors import MoonhopError
from moonhop_core.lua import depth, stack
from moonhop_core.process.octets import from_bytes
from moonhop_core.process.program import Program
from moonhop_core.process.python_engine import PythonEngine
from tests.bounds.greedy import PROGRAMS as GREEDY
from tests.language.programs import all_programs, puc_lua

DEEP = Path(__file__).parents[1] / "lua_programs" / "language" / "deep_recursion.lua"
PLAIN = [path for path in all_programs() if path.parent == DEEP.parent]
STACKS = [16 << 10, 48 << 10]  # bytes: an ESP32's main task, and a thread of it
WORKS = "local function sum(n) if n == 0 then return 0 end return n + sum(n - 1) end print(sum(N))"
ENDLESS = [name for name in GREEDY if name.startswith("recursion")]


def told(board: Board, source: str) -> str:
    """Return what a program prints, or its error."""
    try:
        return board.run(Program.from_source(source, "greedy.lua"), []).output
    except MoonhopError as error:
        return str(error).partition(" on MicroPython: ")[2]


@pytest.mark.parametrize("stack", STACKS)
def test_small_stacks_recur_as_deep_as_puc_lua(stack: int) -> None:
    with Board(files="heap", heap="2M", stack=stack) as board:
        assert board.run(load(DEEP), []).output + "\n" == puc_lua(DEEP).out


@pytest.mark.parametrize("stack", STACKS)
def test_endless_recursion_on_a_small_stack_ends_the_program_alone(stack: int) -> None:
    with Board(files="heap", heap="256K", stack=stack) as board:
        for name in ENDLESS:
            source, why = GREEDY[name]
            source = source.replace("sleep(1)", "coroutine.yield()")
            assert re.match(f"{why}|not enough memory", told(board, source)), name
            assert told(board, WORKS.replace("N", "200")) == "20100", name
            caught = f"print(pcall(function() {source} end)) print(#('x'):rep(100))"
            first, last = told(board, caught).splitlines()
            assert re.match(f"false\t({why}|not enough memory)", first), (name, first)
            assert last == "100"


def test_operations_have_room_on_a_stack_that_is_nearly_used_up() -> None:
    """They are the worker's own business: its stack must not end amid that."""
    source = """local function f(k)
  if k == 0 then publish("a/b", "x") return 0 end
  return 1 + f(k - 1)
end
local m, n = {}, 0
m.__index = function(t, k) publish("a/b", tostring(k)) n = n + 1 return t[k + 1] end
print(f(500), pcall(function() return setmetatable({}, m)[1] end))
print(n < 100)"""
    with Board(files="heap", heap="512K", stack=48 << 10) as board:
        assert told(board, source) == "500\tfalse\tgreedy.lua:6: stack overflow\ntrue"


@pytest.fixture
def always_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """All functions that can recurse run in deep form."""
    monkeypatch.setattr(depth, "limit", lambda: -1)
    monkeypatch.setattr(stack, "_limits", [-1, 1 << 30])


def run_deep(source: str, name: str) -> str:
    """Run the text that boards get, and return what it prints."""
    program = Program.from_source(source, name)
    forms = {"python": program.form("micropython")}
    program = Program(name, source, program.hash, {}, forms)
    return run_once(program, PythonEngine, []).output + "\n"


@pytest.mark.usefixtures("always_deep")
@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_deep_form_does_what_direct_form_does(path: Path) -> None:
    assert run_deep(from_bytes(path.read_bytes()), path.name) == puc_lua(path).out


@pytest.mark.usefixtures("always_deep")
def test_recursion_deeper_than_puc_lua_s_stack_is_a_stack_overflow() -> None:
    source = WORKS.replace("N", "150000") + " print(select(2, pcall(sum, 250000)))"
    assert run_deep(source, "x.lua") == "11250075000\nx.lua:1: stack overflow\n"


@pytest.mark.usefixtures("always_deep")
def test_positions_are_found_across_the_lists_of_a_deep_stack() -> None:
    source = """local g
local function f(n)
  if n == 0 then error("here", 2) end
  g(n - 1)
end
function g(n)
  f(n)
  return n
end
for n = 5, 40 do
  assert(select(2, pcall(f, n)) == "x.lua:7: here")
end
print("ok")"""
    assert run_deep(source, "x.lua") == "ok\n"
