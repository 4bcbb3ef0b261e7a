"""Engines: what executes the tasks of a process on CPython."""

from typing import Any

from moonhop_core.errors import MoonhopError
from moonhop_core.process.engine import Engine
from moonhop_core.process.program import Program

ENGINES = ("lua54", "luajit", "python")


def make_engine(name: str, program: Program, host: Any) -> Engine:
    """Make the engine of that name with the program loaded. Raises MoonhopError if there is none,
    and the compiler's error."""
    if name == "python":
        from moonhop.engines.python_engine import HostPythonEngine

        return HostPythonEngine(program, host)
    if name in ENGINES:
        from moonhop.engines.lupa_engine import LupaEngine

        return LupaEngine(program, host, name)
    raise MoonhopError(f"unknown engine {name!r}; there are {', '.join(ENGINES)}")
