"""The Lua programs under ``tests/lua_programs`` and what PUC Lua 5.4 makes of them."""

import functools
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

PROGRAMS = Path(__file__).parents[1] / "lua_programs"
SHIM = PROGRAMS / "shim.lua"
INTEGERS = "-- integers"  # the first line of programs that need 64-bit integers
# Where PUC Lua finds modules, so that messages name their files as moonhop does.
MODULES = {"LUA_PATH_5_4": "?.lua;?/init.lua", "LUA_CPATH_5_4": ""}


class Run(NamedTuple):
    """How a run ended: exit status, what was printed (bytes as Latin-1), what went to stderr."""

    status: int
    out: str
    err: str


def all_programs() -> list[Path]:
    """Return every program, the shim aside."""
    return sorted(PROGRAMS.glob("*/*.lua"))


def as_params(paths: list[Path]) -> list[object]:
    """Return the programs as parameters; those that need 64-bit integers are marked so."""
    return [
        pytest.param(
            path,
            id=f"{path.parent.name}/{path.stem}",
            marks=[pytest.mark.integers] if needs_integers(path) else [],
        )
        for path in paths
    ]


def needs_integers(path: Path) -> bool:
    """Tell whether a program says that doubles are not enough for it."""
    return path.read_bytes().startswith(INTEGERS.encode())


@functools.cache
def puc_lua(path: Path) -> Run:
    """Run a program that uses plain Lua in ``lua5.4``; once per session."""
    return run_lua([path.name], path.parent)


@functools.cache
def puc_lua_with_shim(path: Path) -> Run:
    """Run a program that uses the process API in ``lua5.4`` under the shim; once per session."""
    return run_lua([str(SHIM), path.name], path.parent)


def expected(path: Path) -> Run:
    """Return what PUC Lua makes of a program."""
    return puc_lua_with_shim(path) if path.parent.name == "process" else puc_lua(path)


def run_lua(argv: list[str], folder: Path, timeout: float = 20, **env: str) -> Run:
    """Run ``lua5.4`` in a folder. Raises subprocess.TimeoutExpired."""
    done = subprocess.run(
        ["lua5.4", *argv],
        cwd=folder,
        capture_output=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **MODULES, **env},
    )
    return Run(done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1"))
