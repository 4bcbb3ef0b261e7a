"""A turn that takes longer than its slice is interrupted, whatever the program does."""

import re
import sys
import time
from pathlib import Path

import pytest

from moonhop.engines import make_engine
from moonhop.engines.bounds import bounded
from moonhop.node.runtime import SWITCH
from moonhop_core.process.program import Program
from tests.bounds.spinning import IN_LIBRARY, SPINNING
from tests.engines.running import Host
from tests.language.agent import Agent

# luajit: compiled loops see no hook; they need a child process of their own.
EDGE = 0.002  # seconds
ENGINES = ("python", "lua54")
ALL = ("python", "lua54", "micropython")


def with_slice(seconds: float, source: str) -> str:
    """Return a program with a slice in its manifest."""
    return f"--! slice = {seconds}\n{source}"


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("what", SPINNING)
def test_what_spins_is_interrupted_and_named(what: str, name: str, tmp_path: Path) -> None:
    interrupted(SPINNING[what], name, tmp_path)


@pytest.mark.parametrize("name", ["python", "micropython"])
@pytest.mark.parametrize("what", IN_LIBRARY)
def test_what_spins_in_the_library_is_interrupted(what: str, name: str, tmp_path: Path) -> None:
    interrupted(IN_LIBRARY[what], name, tmp_path)


def interrupted(source: str, name: str, folder: Path) -> None:
    """Run a program that spins, and see that it fails as it should."""
    path = folder / "spin.lua"
    path.write_text(with_slice(0.2, "print('started')\n" + source))
    ended = AGENT.run(path, [name])
    assert (ended.status, ended.out) == (1, "started\n")
    assert re.match(r"moonhop: spin\.lua:[1-9]\d*: slice of 0\.2 s is over\n", ended.err)
    assert "stack traceback:" in ended.err


@pytest.mark.parametrize("name", ALL)
def test_program_goes_on_after_turns_shorter_than_the_slice(name: str, tmp_path: Path) -> None:
    path = tmp_path / "short.lua"
    source = (
        "for i = 1, 40 do local s = 0 for k = 1, 20000 do s = s + k end sleep(0) end print('end')"
    )
    path.write_text(with_slice(0.2, source))
    assert AGENT.run(path, [name]) == (0, "end\n", "")


@pytest.mark.parametrize("name", ENGINES)
def test_interrupt_at_the_edge_of_a_turn_never_comes_after_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many turns end about when their slice does; none is hurt by the interrupt of one before."""
    source = "local n = ... while true do for i = 1, n do local s = i * i end sleep(0) end"
    program = Program.from_source(source, "edge.lua")
    loops = turns_of(name, program, EDGE)
    program.manifest["slice"] = EDGE
    make = bounded(lambda program, host: make_engine(name, program, host))
    switch = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    ends = {"wait": 0, "over": 0}
    try:
        for run in range(400):
            engine = make(program, Host())
            engine.spawn(1, None, [loops * (80 + run % 50 * 6) // 100])
            for _ in range(10):
                outcome = engine.resume(1, [])
                ends[outcome[0]] += 1
                total = 0
                for k in range(3000):  # Python code that an interrupt which comes late would hit
                    total += k
                if outcome[0] == "over":
                    assert outcome[1] == f"edge.lua:1: slice of {EDGE:g} s is over"
                    break
            engine.close()
    finally:
        sys.setswitchinterval(switch)
    assert min(ends.values()) > 10, ends


def turns_of(name: str, program: Program, seconds: float) -> int:
    """Return how many loops of the program above take that long."""
    loops = 100_000
    engine = make_engine(name, program, Host())
    engine.spawn(1, None, [loops])
    taken = []
    for _ in range(5):
        began = time.thread_time()
        engine.resume(1, [])
        taken.append(time.thread_time() - began)
    engine.close()
    return int(loops * seconds / min(taken))


AGENT = Agent()


@pytest.fixture(autouse=True, scope="module")
def _agent_closed():
    yield
    AGENT.close()
