"""`moonhop profile` finds the functions that a program's time goes to."""

import json
from pathlib import Path

import pytest

from tests.host.shell import Shell

HOT = """--! engines = ["lua54", "python"]
local function cold(n) return n + 1 end
local hot = {}
function hot.loop(n)
  local s = 0
  for i = 1, n do s = (s * 31 + i) % 65521 end
  return s
end
local nameless = (function()
  return function(n) local s = 0 for i = 1, n do s = (s + i) % 7 end return s end
end)()
print("begins")
for turn = 1, 1000000 do
  cold(turn) hot.loop(2000) nameless(1000) sleep(60)
end
"""


@pytest.fixture
def moonhop(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_hot_functions_of_an_endless_program_are_found_and_put_into_its_manifest(
    moonhop, tmp_path: Path
) -> None:
    path = tmp_path / "hot.lua"
    path.write_text(HOT)
    result = moonhop("profile", "--seconds", "2", "--write", "hot.lua")
    assert result.returncode == 0, result
    assert result.stderr == b"begins\n"
    lines = result.stdout.decode().splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["FUNCTION", "hot.loop", "hot.lua:10"]
    named = '--! native = ["hot.loop", "hot.lua:11"]'  # that line makes it one further down
    assert f"{named}   is now in hot.lua" in lines
    before = HOT.splitlines()
    assert path.read_text().splitlines() == [before[0], named, *before[1:]]
    assert moonhop("check", "hot.lua").returncode == 0
    # Once more: the line is there and stays the only one.
    told = json.loads(moonhop("profile", "--seconds", "1", "--write", "--json", "hot.lua").stdout)
    assert told["native"] == ["hot.loop", "hot.lua:11"]
    assert told["native_bytes"] > told["bytes"] > 0
    assert sum(share["share"] for share in told["shares"]) == pytest.approx(1)
    assert path.read_text().splitlines() == [before[0], named, *before[1:]]


def test_program_that_does_next_to_nothing_has_no_profile(moonhop, tmp_path: Path) -> None:
    (tmp_path / "short.lua").write_text('--! engines = ["python"]\nlocal n = 1')
    told = moonhop.complaint("profile", "short.lua")
    assert told.startswith("moonhop: the program was at work for 0.0 s only")


def test_program_that_does_not_run_on_engine_python_is_refused(moonhop, tmp_path: Path) -> None:
    (tmp_path / "other.lua").write_text('--! engines = ["lua54"]\nlocal n = 1')
    told = moonhop.complaint("profile", "other.lua", code=2)
    assert "does not allow engine python" in told
