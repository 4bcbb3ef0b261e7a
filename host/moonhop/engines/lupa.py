"""What makes engines of lupa: `make_engine(name)(program, host)`."""

from collections.abc import Callable
from typing import Any

from moonhop.engines.lupa_engine import LupaEngine
from moonhop.engines.naps import NappingEngine
from moonhop_core.process.program import Program


def make_engine(name: str) -> Callable[[Program, Any], LupaEngine]:
    """Return what makes an engine "lua54" or "luajit" of a program and its process."""

    def make(program: Program, host: Any) -> LupaEngine:
        return NappingEngine(program, host, name)

    return make
