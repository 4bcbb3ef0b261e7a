"""A board's drivers on the real MicroPython, against the hardware's edge (`hardware/`)."""

import ast
from pathlib import Path

import pytest

from tests.micropython import ROOT, run_micropython

HARDWARE = Path(__file__).parent / "hardware"
CHECKS = [
    node.name
    for node in ast.parse((HARDWARE / "board_checks.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda name: name.removeprefix("check_"))
def test_on_a_board(check: str) -> None:
    result = run_micropython(
        f"import board_checks\nboard_checks.{check}()\nprint('passed')\n",
        path=[HARDWARE, ROOT / "firmware"],
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "passed\n", "")
