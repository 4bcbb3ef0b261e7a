"""Where nothing can suspend, trying to is an error that names function and line, on each engine."""

from pathlib import Path

import pytest

from tests.language.engines import Engine

PROGRAM = """--! engines = ["lua54", "luajit", "python"]
local function slow()
  %s
  return 1
end
local meta = {}
for event in ("index newindex add sub mul div mod pow idiv unm band bor bxor shl shr bnot "
    .. "concat len lt le eq tostring"):gmatch("%%a+") do
  meta["__" .. event] = slow
end
local a, b = setmetatable({}, meta), setmetatable({}, meta)
local function try() return %s end
local attempt = coroutine.wrap(function() return pcall(function() local x = try() return x end) end)
print(attempt())
sleep(1)
print("goes on")
"""
SUSPENDING = {"sleep": "sleep(1)", "yield": "coroutine.yield(1)"}
PLACES = {
    "comparison of sort": "table.sort({ 3, 2, 1 }, slow)",
    "replacement of gsub": "(('abc'):gsub('%w', slow))",
    "__index": "a.x",
    "__index of unpack": "table.unpack(a, 1, 2)",
    "__newindex": "rawset({}, 1, (function() a.x = 1 end)())",
    "__add": "a + 1",
    "__sub": "1 - a",
    "__mul": "a * b",
    "__div": "a / 2",
    "__mod": "a % 2",
    "__pow": "a ^ 2",
    "__idiv": "a // 2",
    "__unm": "-a",
    "__band": "a & 1",
    "__bor": "a | 1",
    "__bxor": "a ~ 1",
    "__shl": "a << 1",
    "__shr": "1 >> a",
    "__bnot": "~a",
    "__concat": "a .. 'x'",
    "__len": "#a",
    "__lt": "a < b",
    "__le": "a <= 1",
    "__eq": "a == b",
    "__lt of sort": "table.sort({ a, b, a })",
    "__tostring": "tostring(a)",
    "__tostring of print": "print(a)",
    "__tostring of format": "string.format('%s', a)",
}


@pytest.mark.parametrize("how", SUSPENDING)
@pytest.mark.parametrize("place", PLACES)
def test_suspending_where_nothing_can_is_an_error_with_function_and_line(
    place: str, how: str, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "refused.lua"
    path.write_text(PROGRAM % (SUSPENDING[how], PLACES[place]))
    got = engine.run(path)
    assert got.out.splitlines() == [
        "false\tattempt to suspend in 'slow' (refused.lua:3), "
        "called through a function that cannot",
        "goes on",
    ], got.err
    assert got.status == 0
