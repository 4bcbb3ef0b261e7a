"""The library string is PUC Lua's."""

from pathlib import Path

import pytest

from tests.lua import format_cases, packing_cases, pattern_cases, string_cases
from tests.lua.reference import differences_from_lua, differences_of_micropython

AREAS = {
    "strings": string_cases.CASES,
    "format": format_cases.CASES,
    "packing": packing_cases.CASES,
    "patterns": pattern_cases.CASES,
}


@pytest.mark.parametrize("area", AREAS)
def test_results_and_errors_are_those_of_puc_lua(area: str, tmp_path: Path) -> None:
    assert differences_from_lua(AREAS[area], tmp_path) == []


@pytest.mark.parametrize("area", AREAS)
def test_micropython_gives_what_cpython_gives(area: str, tmp_path: Path) -> None:
    assert differences_of_micropython(AREAS[area], tmp_path) == []
