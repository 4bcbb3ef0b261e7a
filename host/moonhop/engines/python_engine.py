"""Engine python on CPython: the core's, with turns that can be interrupted from another thread."""

from typing import TYPE_CHECKING

from moonhop.interrupts import raise_in, take_back
from moonhop_core.lua.errors import Interrupted
from moonhop_core.process.python_engine import PythonEngine

if TYPE_CHECKING:
    from moonhop.engines.watchdog import Watch


class HostPythonEngine(PythonEngine):
    """Engine python whose `watch`, if it has one, is the host's."""

    watch: "Watch | None"

    def interrupt(self, reason: str) -> None:
        """Raise Interrupted in the turn that runs, at its next step in Python code."""
        if self.watch is not None:
            raise_in(self.watch.thread, Interrupted)

    def calm(self) -> None:
        """Take an interrupt back that has not been raised yet."""
        if self.watch is not None:
            take_back(self.watch.thread)
