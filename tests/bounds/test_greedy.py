"""What takes too much of the stack or of memory is an error, in an OS process of its own or not."""

import io
import re
from pathlib import Path

import pytest

from moonhop.execute import exec_program
from moonhop_core.process.engine import ProgramError
from tests.bounds.greedy import PROGRAMS
from tests.engines.running import Host, make
from tests.language.agent import Agent


def run(engine: str, head: str, source: str) -> tuple[int, str, str]:
    """Run a program; gives its exit code and what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    text = f"--! engines = ['{engine}']\n{head}{source}"
    return exec_program(text, [engine], None, (), True, out, err), out.getvalue(), err.getvalue()


@pytest.mark.parametrize("engine", ["lua54", "luajit"])
@pytest.mark.parametrize("isolation", ["none", "own"])
def test_greedy_programs_end_with_a_line_that_says_why(engine: str, isolation: str) -> None:
    head = f'--! isolation = "{isolation}"\n--! memory = "24M"\n'
    for name in PROGRAMS:
        source, why = PROGRAMS[name]
        status, out, err = run(engine, head, source)
        assert (status, out) == (1, ""), name
        why = f"moonhop: ({why}|not enough memory)".replace("greedy", "program")
        assert re.match(why, err), (name, err)


@pytest.mark.parametrize(("engine", "isolation"), [("lua54", "none"), ("luajit", "own")])
def test_memory_is_bounded_where_the_manifest_does_not_say(engine: str, isolation: str) -> None:
    head = f'--! isolation = "{isolation}"\n'
    source = "print(pcall(string.rep, 'x', 1 << 30)) local s = 'x' while true do s = s .. s end"
    status, out, err = run(engine, head, source)
    assert (status, out) == (1, "false\tnot enough memory\n")
    assert err.startswith("moonhop: not enough memory\n")


@pytest.mark.parametrize("name", ["rep", "too many values", "recursion by coroutines"])
def test_greedy_programs_on_engine_python_end_with_a_line_that_says_why(name: str) -> None:
    source, why = PROGRAMS[name]
    status, out, err = run("python", "", source)
    assert (status, out) == (1, "")
    assert re.match(f"moonhop: {why}".replace("greedy", "program"), err), err


@pytest.mark.parametrize("engine", ["lua54", "luajit"])
def test_host_hands_nothing_over_for_which_there_is_no_room(engine: str) -> None:
    """Refused while it is handed over, memory would end the whole OS process."""
    source = "--! memory = 4000000\nlocal text = ... sleep(9) print(#text)"
    full = ("failed", "not enough memory", "")
    many = make(engine, source, Host())
    for tid in range(1, 20):
        many.spawn(tid, None, [str(tid) * 500_000])
    assert many.resume(3, []) == full
    for value, error in ((["x" * 9_000_000], None), ([], ProgramError("x" * 9_000_000))):
        one = make(engine, source, Host())
        one.spawn(1, None, ["x"])
        one.resume(1, [])
        assert one.resume(1, value, error) == full


def test_greedy_programs_on_micropython_end_with_a_line_that_says_why(tmp_path: Path) -> None:
    agent = Agent()
    path = tmp_path / "greedy.lua"
    try:
        for name, (source, why) in PROGRAMS.items():
            if name == "packed values":  # of which a heap is full only after minutes
                continue
            path.write_text(source)
            ended = agent.run(path, ["micropython"])
            assert (ended.status, ended.out) == (1, ""), name
            assert re.match(f"moonhop: ({why}|not enough memory)", ended.err), (name, ended.err)
    finally:
        agent.close()
