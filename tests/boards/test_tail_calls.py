"""A board without the compiler makes tail calls in constant space."""

from pathlib import Path

from tests.boards.one_program import first_line

SOURCE = """
local t = {}
function t.even(n) if n == 0 then return "even" end return t.odd(n - 1) end
function t.odd(n) if n == 0 then return "odd" end return t.even(n - 1) end
local function count(n, ...) if n == 0 then return ... end return count(n - 1, ...) end
print(t.even(5001), count(5001, "counted"), select(2, pcall(t.even)))
sleep(60)
"""


def test_tail_calls_take_no_stack_on_a_board(tmp_path: Path) -> None:
    missing = "tail.lua:3: attempt to perform arithmetic on a nil value (local 'n')"
    assert first_line(tmp_path, SOURCE, "tail.lua", "192K") == f"odd\tcounted\t{missing}"
