"""A board without the compiler runs a function that is emitted in sections."""

from pathlib import Path

from tests.boards.one_program import first_line

STEP = "if t.x%d then sum = sum + t.x%d * %d else t.x%d = sum + %d end\n"
SLEEP = "sleep(0.001)\n"


def test_large_function_runs_on_a_board(tmp_path: Path) -> None:
    steps = "".join(
        STEP % (n % 30, n % 30, n, n % 30, n) + (SLEEP if n % 40 == 0 else "") for n in range(160)
    )
    source = f"local t, sum = {{}}, 0\nfor i = 1, 2 do\n{steps}end\nprint(sum % 1000007)\nsleep(60)"
    sum = 0
    t: dict[int, int] = {}
    for _ in range(2):
        for n in range(160):
            if n % 30 in t:
                sum += t[n % 30] * n
            else:
                t[n % 30] = sum + n

    assert first_line(tmp_path, source, "large.lua", "512K") == str(sum % 1000007)
