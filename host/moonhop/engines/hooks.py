"""Arms a Lua state's hook from outside, while it runs on another thread.

lupa has no call for this, but the extension module exports Lua's C functions. The C hook to use
is the one that `debug.sethook` installs: it calls the Lua function that the state keeps for it.
"""

import ctypes
import functools
import importlib
from typing import Any

MODULES = {"lua54": "lupa.lua54", "luajit": "lupa.luajit21"}
COUNT = 8  # LUA_MASKCOUNT


@functools.cache
def _library(name: str) -> Any:
    path = importlib.import_module(MODULES[name]).__file__
    library = ctypes.PyDLL(path)  # keeps the interpreter: these calls are short
    library.lua_gethook.argtypes = [ctypes.c_void_p]
    library.lua_gethook.restype = ctypes.c_void_p
    library.lua_sethook.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    return library


class HookedState:
    """A Lua state in which `lay_hook` (machine.lua) has just run; `shown` is how Lua shows it.

    It stays good as long as the state lives. Programs run in no other: their coroutines are the
    runtime's own (machine.lua).
    """

    def __init__(self, name: str, shown: str):
        self._state = int(shown.partition("0x")[2], 16)
        self._library = _library(name)
        self._hook = self._library.lua_gethook(self._state)
        self.disarm()

    def arm(self) -> None:
        """Have the hook called at every instruction from now on. Good on any thread."""
        self._library.lua_sethook(self._state, self._hook, COUNT, 1)

    def disarm(self) -> None:
        """Have it called no more."""
        self._library.lua_sethook(self._state, None, 0, 0)
