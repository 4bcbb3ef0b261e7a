"""Random programs that contradict what the compiler believes of values print on engine python what
they print on PUC Lua 5.4, every error's words included."""

import json
import re
from itertools import zip_longest
from pathlib import Path

import pytest

from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_python import emit_python
from tests.errors.program import printed
from tests.language.engines import AGENT
from tests.lua import emitted_programs
from tests.lua.fact_programs import write
from tests.micropython import run_micropython

NAME = re.compile(r" \((?:local|upvalue|field|global|method|constant) '[^']*'\)")
PLACE = re.compile(r"t\.lua:(\d+): ")
COMPUTED = re.compile(r"\[(?:key|n0)")
NAPS = "function sleep() end "  # what PUC Lua lacks, in the first line
HOPS = (("python",), ("python", "micropython"))


def emitted(source: str) -> str:
    """Compile a program for engine python."""
    return emit_python(compile_lua(source, "t.lua"))


def check(source: str, got: str) -> None:
    """Fail unless a program printed what PUC Lua prints: that of lupa, or the command's, an older
    release with other words here and there. An error may leave out the variable's name where
    several in its line may be at fault; a wrong name is right only in a line with a computed key,
    which may be that of another index in it."""
    ours = got.split("\n")
    first = printed(source, "lupa").replace("-nan", "nan").split("\n")
    if differing(source, ours, [first]):
        other = printed(source, "lua5.4").rstrip("\n").replace("-nan", "nan").split("\n")
        assert differing(source, ours, [first, other]) == [], source


def differing(source: str, ours: list[str], wanted: list[list[str]]) -> list[tuple[str, ...]]:
    """Return the lines that are none of the wanted ones at their place."""
    found = []
    for one, *some in zip_longest(ours, *wanted, fillvalue="(nothing)"):
        right = [*some, *[NAME.sub("", text) for text in some]]
        at = PLACE.search(one)
        if at and COMPUTED.search(source.split("\n")[int(at[1]) - 1]):
            one, right = NAME.sub("", one), [NAME.sub("", text) for text in right]
        if one not in right:
            found.append((one, *some))
    return found


def check_all(first: int, count: int) -> None:
    for seed in range(first, first + count):
        source = write(seed)
        check(source, emitted_programs.run(emitted(source)))


@pytest.mark.parametrize("first", [0, 60])
def test_random_programs_about_facts_print_what_puc_lua_prints(first: int) -> None:
    check_all(first, 60)


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(10_000, 30_000, 1000))
def test_very_many_programs_about_facts_print_what_puc_lua_prints(first: int) -> None:
    check_all(first, 1000)


def test_random_programs_about_facts_print_the_same_on_micropython(tmp_path: Path) -> None:
    sources = [write(seed) for seed in range(200, 225)]
    file = tmp_path / "programs.json"
    file.write_text(json.dumps([emitted(source) for source in sources]))
    done = run_micropython(Path(emitted_programs.__file__), argv=[str(file)], heap="16M")
    assert done.returncode == 0, done.stderr
    for source, got in zip(sources, json.loads(done.stdout), strict=True):
        check(source, got)


@pytest.mark.parametrize("engines", HOPS, ids="-".join)
def test_random_programs_about_facts_print_the_same_when_they_hop(
    engines: tuple[str, ...], tmp_path: Path
) -> None:
    for seed in range(300, 308):
        source = write(seed, sleeps=True)
        path = tmp_path / "t.lua"
        path.write_text(source)
        run = AGENT.run(path, engines, hop_every=1)
        assert run.status == 0, run.err
        check(NAPS + source, run.out.rstrip("\n"))
