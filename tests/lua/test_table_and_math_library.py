"""The libraries table, math, utf8 and os are PUC Lua's."""

from pathlib import Path

import pytest

from tests.lua import math_cases, table_cases
from tests.lua.reference import differences_from_lua, differences_of_micropython

AREAS = {
    "table": table_cases.CASES,
    "math": math_cases.MATH,
    "utf8": math_cases.TEXTS,
    "os": math_cases.DATES,
}


@pytest.mark.parametrize("area", AREAS)
def test_results_and_errors_are_those_of_puc_lua(area: str, tmp_path: Path) -> None:
    assert differences_from_lua(AREAS[area], tmp_path) == []


@pytest.mark.parametrize("area", AREAS)
def test_micropython_gives_what_cpython_gives(area: str, tmp_path: Path) -> None:
    assert differences_of_micropython(AREAS[area], tmp_path) == []
