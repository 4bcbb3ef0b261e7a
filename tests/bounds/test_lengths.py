"""A builtin refuses a string that would be too long before it makes anything of it."""

import pytest

from moonhop_core.lua import text
from tests.bounds.greedy import MAKE, STRINGS
from tests.engines.running import run

BIG = 200_000  # bytes of a string that is not too long
TRY = "local ok, why = pcall(function() return %s end) print(ok, why)"
MEMORY = "--! memory = 8000000\n"


@pytest.mark.parametrize("name", ["lua54", "luajit", "python"])
@pytest.mark.parametrize("what", STRINGS)
def test_string_that_would_be_too_long_is_an_error_that_can_be_caught(
    what: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "LONGEST", 2 * BIG)
    source = MEMORY + MAKE.replace("BIG", str(BIG)) + TRY % STRINGS[what]
    assert run(name, source) == ["false\tnot enough memory"]


@pytest.mark.parametrize(
    "call", ["('x'):rep(3e6):byte(1, -1)", "utf8.codepoint(('x'):rep(3e6), 1, -1)"]
)
def test_more_values_than_a_call_can_give_are_refused(call: str) -> None:
    for name in ("lua54", "python"):
        assert run(name, TRY % call) == ["false\tt.lua:1: stack overflow (string slice too long)"]


def test_numeral_of_a_million_digits_is_read_at_once() -> None:
    source = "print(tonumber(('z'):rep(1000000), 36), tonumber('-' .. ('1'):rep(100000), 3))"
    assert run("python", source) == run("lua54", source)
