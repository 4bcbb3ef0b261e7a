"""A program that hops at every rest prints what it prints when it stays."""

from itertools import product

import pytest

from tests.language.engines import AGENT, ENGINES
from tests.language.programs import PROGRAMS, puc_lua_with_shim

PAIRS = list(product(ENGINES, repeat=2))


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("name", ["factorial", "regulator", "pipeline"])
def test_hop_at_every_rest_changes_nothing(name: str, pair: tuple[str, str]) -> None:
    path = PROGRAMS / "process" / f"{name}.lua"
    wanted = puc_lua_with_shim(path)
    assert wanted.status == 0
    got = AGENT.run(path, pair, hop_every=1)
    assert got.out.splitlines() == wanted.out.splitlines(), got.err
    assert got.status == 0
