"""Hops are transparent: random programs that hop at random print what PUC Lua prints.

A program that fails is shrunk by Hypothesis and shown; kept under ``cases`` it runs ever after,
and its line `-- hop ENGINE,… EVERY` says how it hops.
"""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.hop.generator import Example, examples
from tests.language.engines import AGENT, DOUBLES_ONLY, ENGINES
from tests.language.programs import SHIM, Run, run_lua

CASES = sorted((Path(__file__).parent / "cases").glob("*.lua"))
HOPS = 40  # most hops of one example: longer programs hop less often
QUICK = tuple(name for name in ENGINES if name != "micropython")

SEEDED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


def reference(path: Path) -> tuple[Run, int]:
    """Return what PUC Lua makes of a program under the shim, and how often it was at rest."""
    run = run_lua([str(SHIM), path.name], path.parent, SHIM_RESTS="1")
    rests = re.search(r"(\d+)\n\Z", run.err) if run.status == 0 else None
    return run, int(rests[1]) if rests else HOPS


def check(example: Example, folder: Path, most_hops: int = HOPS) -> None:
    """Fail unless the example prints the same when it hops, and say how to keep it as a case."""
    path = folder / "program.lua"
    path.write_bytes(example.source.encode("latin-1"))
    wanted, rests = reference(path)
    hop_every = max(example.hop_every, -(-rests // most_hops))
    got = AGENT.run(path, example.engines, hop_every=hop_every)
    head, program = example.source.split("\n", 1)
    case = f"{head}\n-- hop {','.join(example.engines)} {hop_every}\n{program}\n{got.err[-500:]}"
    assert got.out.splitlines() == wanted.out.splitlines(), case
    assert got.status == wanted.status, case


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hop")


@pytest.mark.timeout(600)
@settings(SEEDED, max_examples=160)
@given(example=examples(QUICK, DOUBLES_ONLY))
def test_random_program_hops_among_engines_of_this_machine(example: Example, folder: Path) -> None:
    check(example, folder)


@pytest.mark.timeout(600)
@settings(SEEDED, max_examples=40)
@given(example=examples(ENGINES, DOUBLES_ONLY))
def test_random_program_hops_among_all_engines(example: Example, folder: Path) -> None:
    check(example, folder)


@pytest.mark.timeout(600)
@settings(SEEDED, max_examples=40)
@given(example=examples(ENGINES, DOUBLES_ONLY))
def test_random_program_hops_as_a_module_of_another(example: Example, folder: Path) -> None:
    (folder / "inner.lua").write_bytes(example.source.encode("latin-1"))
    head = example.source.split("\n", 1)[0]
    outer = f'{head}\nlocal inner = require "inner"\nprint(inner, require "inner" == inner)'
    check(Example(outer, example.engines, example.hop_every), folder)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@settings(SEEDED, derandomize=False, max_examples=2000)
@given(example=examples(ENGINES, DOUBLES_ONLY))
def test_many_random_programs_hop_among_all_engines(example: Example, folder: Path) -> None:
    check(example, folder)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_kept_case_hops_unnoticed(path: Path, folder: Path) -> None:
    source = path.read_bytes().decode("latin-1")
    hops = re.search(r"^-- hop ([\w,]+) (\d+)$", source, re.MULTILINE)
    assert hops is not None
    check(Example(source, tuple(hops[1].split(",")), int(hops[2])), folder, most_hops=1000)
