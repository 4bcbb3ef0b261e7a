"""Programs with open files do what PUC Lua's io does, on each engine and hopping among them."""

import shutil
from itertools import product
from pathlib import Path

import pytest

from tests.language.engines import AGENT, ENGINES
from tests.language.programs import run_lua

PROGRAMS = Path(__file__).parent / "file_programs"
NAMES = ("reading", "writing", "errors")


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return what PUC Lua prints of each program."""
    found = {}
    for name in NAMES:
        folder = tmp_path_factory.mktemp("puc")
        run = run_lua(["as_io.lua", f"{name}.lua"], copied(folder))
        assert run.status == 0, run.err
        found[name] = run.out.splitlines()
    return found


def copied(folder: Path) -> Path:
    """Copy the programs into a folder, which their files will be in, and return it."""
    shutil.copytree(PROGRAMS, folder, dirs_exist_ok=True)
    return folder


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_files_are_used_as_in_puc_lua(
    name: str, engine: str, wanted: dict[str, list[str]], tmp_path: Path
) -> None:
    got = AGENT.run(copied(tmp_path) / f"{name}.lua", [engine])
    assert got.out.splitlines() == wanted[name], got.err[-500:]
    assert got.status == 0
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {path.name for path in PROGRAMS.iterdir()}


@pytest.mark.parametrize("pair", list(product(ENGINES, repeat=2)), ids="-".join)
@pytest.mark.parametrize("name", NAMES)
def test_open_files_hop_at_every_rest_between_any_two_engines(
    name: str, pair: tuple[str, str], wanted: dict[str, list[str]], tmp_path: Path
) -> None:
    got = AGENT.run(copied(tmp_path) / f"{name}.lua", pair, hop_every=1, timeout=110)
    assert got.out.splitlines() == wanted[name], got.err[-500:]
    assert got.status == 0
