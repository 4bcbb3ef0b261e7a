"""Each program prints on each engine what it prints in PUC Lua 5.4."""

from pathlib import Path

import pytest

from tests.language.engines import Engine
from tests.language.programs import all_programs, as_params, expected


@pytest.mark.parametrize("path", as_params(all_programs()))
def test_program_prints_what_puc_lua_prints(path: Path, engine: Engine) -> None:
    wanted = expected(path)
    assert (wanted.status, wanted.err) == (0, "")
    got = engine.run(path)
    assert got.out.splitlines() == wanted.out.splitlines(), got.err
    assert (got.status, got.err) == (0, "")
