"""Values and operators behave the same under CPython and MicroPython."""

import subprocess
import sys
from pathlib import Path

from tests.micropython import SHARED, run_micropython

CASES = Path(__file__).with_name("operator_cases.py")


def on_cpython() -> list[str]:
    result = subprocess.run(
        [sys.executable, str(CASES)],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(SHARED)},
        check=True,
    )
    return result.stdout.splitlines()


def test_operators_print_the_same_under_both_pythons():
    result = run_micropython(CASES)
    assert result.stderr == ""
    assert result.stdout.splitlines() == on_cpython()


def test_operators_follow_lua():
    lines = on_cpython()
    for line in (
        "-9223372036854775808",
        "error: attempt to add a 'string' with a 'number'",
        "error: attempt to perform arithmetic on a nil value",
        "error: attempt to compare number with string",
        "error: table index is NaN",
        "add of 2",
        "error: 'for' step is zero",
    ):
        assert line in lines
