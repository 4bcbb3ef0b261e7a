"""A program that hops at every rest prints what it prints when it stays."""

import random
from itertools import product
from pathlib import Path

import pytest

from tests.language.engines import AGENT, DOUBLES_ONLY, ENGINES
from tests.language.programs import PROGRAMS, needs_integers, puc_lua_with_shim

PAIRS = list(product(ENGINES, repeat=2))
PROCESS_PROGRAMS = sorted((PROGRAMS / "process").glob("*.lua"))
SAMPLE = 64  # of the values programs' pairs: so many each time, all of them nightly


def values_and_pairs() -> list[object]:
    """Return each values program with each pair of engines that can run it."""
    found = [
        (path, pair)
        for path in PROCESS_PROGRAMS
        if path.stem.startswith("values_")
        for pair in PAIRS
        if not (needs_integers(path) and set(pair) & set(DOUBLES_ONLY))
    ]
    sample = random.Random(1).sample(found, SAMPLE)
    return [
        pytest.param(
            path,
            pair,
            id=f"{path.stem}-{'-'.join(pair)}",
            marks=[] if (path, pair) in sample else [pytest.mark.nightly],
        )
        for path, pair in found
    ]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("name", ["factorial", "regulator", "pipeline"])
def test_hop_at_every_rest_changes_nothing(name: str, pair: tuple[str, str]) -> None:
    check(PROGRAMS / "process" / f"{name}.lua", pair)


@pytest.mark.parametrize(("path", "pair"), values_and_pairs())
def test_values_are_whole_after_hops_between_any_two_engines(
    path: Path, pair: tuple[str, str]
) -> None:
    check(path, pair)


@pytest.mark.parametrize("path", PROCESS_PROGRAMS, ids=lambda path: path.stem)
def test_hop_at_every_rest_round_all_engines_changes_nothing(path: Path) -> None:
    left_out = DOUBLES_ONLY if needs_integers(path) else ()
    check(path, tuple(name for name in ENGINES if name not in left_out))


def check(path: Path, engines: tuple[str, ...]) -> None:
    """Fail unless the program prints the same when it hops at every rest, each time to the next
    of the engines."""
    wanted = puc_lua_with_shim(path)
    assert wanted.status == 0
    got = AGENT.run(path, engines, hop_every=1, timeout=110)
    assert got.out.splitlines() == wanted.out.splitlines(), got.err[-500:]
    assert got.status == 0
