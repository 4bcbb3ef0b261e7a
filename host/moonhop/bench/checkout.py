"""The checkout that this moonhop runs from: the programs of the language table are only there."""

import subprocess
import sys
import tempfile
from pathlib import Path

import moonhop
from moonhop.bench.figures import Figure
from moonhop_core.errors import MoonhopError


def programs() -> Path:
    """Return the folder of the benchmark programs. Raises MoonhopError outside a checkout."""
    folder = Path(moonhop.__file__).parents[2] / "tests" / "bench" / "programs"
    if not folder.is_dir():
        raise MoonhopError(
            "the benchmark programs are in a checkout of moonhop only, not in the installed package"
        )
    return folder


def language_table(quick: bool) -> list[Figure]:
    """Run tests/bench/run.py and return its figures; it tells on stderr how far it is.

    Raises MoonhopError outside a checkout, or if it fails.
    """
    root = programs().parents[2]
    with tempfile.TemporaryDirectory(prefix="moonhop-bench-") as folder:
        output = Path(folder, "bench.json")
        command = [sys.executable, "-m", "tests.bench.run", "--out", str(output), "--no-table"]
        status = subprocess.run([*command, *(["--quick"] if quick else [])], cwd=root, check=False)
        if status.returncode:
            raise MoonhopError("the language programs could not be measured; see above")
        return read_figures(output)


def read_figures(path: Path) -> list[Figure]:
    """Return the figures of a bench.json."""
    import json

    return [Figure(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
