"""The engines that tests run on, all alike."""

import atexit
from pathlib import Path
from typing import Any

from tests.language.agent import Agent
from tests.language.programs import Run

ENGINES = ("python", "micropython", "lua54", "luajit")
DOUBLES_ONLY = ("luajit",)  # numbers are doubles: no 64-bit integers

AGENT = Agent()
atexit.register(AGENT.close)


class Engine:
    """Runs programs on one engine."""

    def __init__(self, name: str):
        self.name = name

    def run(self, path: Path, things: dict[str, Any] | None = None) -> Run:
        """Run a program to its end in virtual time."""
        return AGENT.run(path, [self.name], things=things)
