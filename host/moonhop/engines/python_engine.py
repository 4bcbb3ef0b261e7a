"""Engine python on CPython: the core's, with turns that can be interrupted from another thread."""

import ctypes
from typing import TYPE_CHECKING

from moonhop_core.lua.errors import Interrupted
from moonhop_core.process.python_engine import PythonEngine

if TYPE_CHECKING:
    from moonhop.engines.watchdog import Watch

_set_async = ctypes.pythonapi.PyThreadState_SetAsyncExc
_set_async.restype = ctypes.c_int


class HostPythonEngine(PythonEngine):
    """Engine python whose `watch`, if it has one, is the host's."""

    watch: "Watch | None"

    def interrupt(self, reason: str) -> None:
        """Raise Interrupted in the turn that runs, at its next step in Python code."""
        if self.watch is not None:
            _set_async(ctypes.c_ulong(self.watch.thread), ctypes.py_object(Interrupted))

    def calm(self) -> None:
        """Take an interrupt back that has not been raised yet."""
        if self.watch is not None:
            _set_async(ctypes.c_ulong(self.watch.thread), None)
