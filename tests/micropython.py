"""Runs code under the real MicroPython, with the core on its path."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = ROOT / "shared"
MICROPYTHON = Path(sys.executable).parent / "micropython"


def run_micropython(
    source_or_path: str | Path,
    *,
    argv: Sequence[str] = (),
    heap: str = "2M",
    path: Iterable[str | Path] = (),
    emit: str | None = None,
    timeout: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a program text (``str``) or a file (``Path``) and return its output and status.

    ``moonhop_core`` can be imported as it stands; folders in ``path`` are searched before it.
    ``heap`` is the size of the heap as MicroPython writes it (``"192K"``), ``emit`` the code it
    makes (``"native"``, ``"bytecode"``), ``timeout`` is in seconds. Output is read as UTF-8.
    """
    if isinstance(source_or_path, str):
        with tempfile.TemporaryDirectory(prefix="moonhop-micropython-") as folder:
            program = Path(folder, "program.py")
            program.write_text(source_or_path, encoding="utf-8")
            return run_micropython(
                program, argv=argv, heap=heap, path=path, emit=emit, timeout=timeout
            )
    options = ["-X", f"heapsize={heap}"]
    if emit:
        options += ["-X", f"emit={emit}"]
    search = ":".join(map(str, [*path, SHARED, ".frozen"]))
    return subprocess.run(
        [str(MICROPYTHON), *options, str(source_or_path), *argv],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "MICROPYPATH": search},
        timeout=timeout,
        check=False,
    )
