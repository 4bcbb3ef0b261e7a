"""Runs the checks of `both/` on CPython and under MicroPython: what concerns the core alone."""

import ast
import importlib
from pathlib import Path

import pytest

from tests.micropython import ROOT, run_micropython

BOTH = Path(__file__).parent / "both"
CHECKS = [
    (path.stem, node.name)
    for path in sorted(BOTH.glob("*_checks.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
]


def sentence(value: str) -> str:
    return value.removeprefix("check_")


@pytest.mark.parametrize(("module", "check"), CHECKS, ids=sentence)
def test_on_cpython(module: str, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BOTH)  # as MicroPython finds them
    getattr(importlib.import_module(module), check)()


@pytest.mark.parametrize(("module", "check"), CHECKS, ids=sentence)
def test_on_micropython(module: str, check: str) -> None:
    result = run_micropython(
        f"import {module}\n{module}.{check}()\nprint('passed')\n", path=[BOTH, ROOT], heap="16M"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "passed\n", "")
