"""A program that hops at every rest prints what it prints when it stays."""

from itertools import product
from pathlib import Path

import pytest

from tests.language.engines import AGENT, DOUBLES_ONLY, ENGINES
from tests.language.programs import PROGRAMS, needs_integers, puc_lua_with_shim

PAIRS = list(product(ENGINES, repeat=2))
PROCESS_PROGRAMS = sorted((PROGRAMS / "process").glob("*.lua"))


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("name", ["factorial", "regulator", "pipeline"])
def test_hop_at_every_rest_changes_nothing(name: str, pair: tuple[str, str]) -> None:
    check(PROGRAMS / "process" / f"{name}.lua", pair)


@pytest.mark.parametrize("path", PROCESS_PROGRAMS, ids=lambda path: path.stem)
def test_hop_at_every_rest_round_all_engines_changes_nothing(path: Path) -> None:
    left_out = DOUBLES_ONLY if needs_integers(path) else ()
    check(path, tuple(name for name in ENGINES if name not in left_out))


def check(path: Path, engines: tuple[str, ...]) -> None:
    """Fail unless the program prints the same when it hops at every rest, each time to the next
    of the engines."""
    wanted = puc_lua_with_shim(path)
    assert wanted.status == 0
    got = AGENT.run(path, engines, hop_every=1, timeout=60)
    assert got.out.splitlines() == wanted.out.splitlines(), got.err[-500:]
    assert got.status == 0
