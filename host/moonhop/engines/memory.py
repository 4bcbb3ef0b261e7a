"""The bound of a Lua state's memory.

What goes beyond is refused to the state, which the program sees as PUC Lua's error "not enough
memory". Refused while lupa hands a value over, the same would end the whole OS process (it is
not in a protected call then), so the host asks for room first.

The one who refuses is lupa's allocator or, for LuaJIT in an OS process of its own, the system
(`isolation/system.py`): LuaJIT's own allocator is several times as quick as lupa's.
"""

import os
from collections.abc import Callable
from typing import Any

REFUSED = "not enough memory"  # Lua's own words, which it has ready without allocating them
GARBAGE = 2  # LuaJIT collects late: so many times as much as is alive may be in use amid a turn
# A cycle of its collector begins at 1.5 times of what was alive and is over before 2 are reached.
COLLECT = 'collectgarbage("setpause", 150) collectgarbage("setstepmul", 400)'
COUNT = 'local count = collectgarbage return function() return count("count") * 1024 end'
COLLECTOR = 64 << 20  # bytes that its collector may ask for
SPARE = 64 << 10  # bytes for what the host hands over at the bound
ITEM = 100  # bytes for a value, roughly
PART = 4  # times its bytecode: what a part of the runtime takes
MOST = 256 << 20  # bytes for a program whose manifest does not say, on a large machine
SHARE = 8  # on a small one: so many such programs fill it
REFERENCES = 64  # values that lupa can hold at a time without having to enlarge its table


def machine() -> int:
    """Return how many bytes of memory this machine has; 0 if the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0


DEFAULT = min(MOST, machine() // SHARE or MOST)  # bytes


class Memory:
    """Bounds what a program holds in its state to `limit` bytes beyond what was there before.

    more  asks the system, which refuses somewhere beyond, for so many bytes more; None: lupa's
          allocator keeps count and refuses (the state was made for it)
    """

    def __init__(
        self, lua: Any, limit: int, engine: str, more: Callable[[int], Any] | None
    ) -> None:
        self._lua = lua
        self._more = more
        self._used: Callable[[], float] = lua.execute(COUNT) if more else lua.get_memory_used
        if engine == "luajit":
            lua.execute(COLLECT)
        reserve_references(lua)
        self._before = self._used()
        self.limit = self._before + limit
        self._extra = 0  # until the end of the turn
        self._garbage = limit * (GARBAGE - 1) if engine == "luajit" else 0
        self._apply()

    def _apply(self) -> None:
        if self._more is None:
            self._lua.set_max_memory(int(self.limit) + self._garbage + self._extra + SPARE)

    def room(self, values: Any) -> bool:
        """Tell whether there is room for values that the host is about to hand over."""
        most = self.limit + self._garbage - weight(values)
        if self._used() <= most:
            return True
        self._collect()
        return bool(self._used() <= most)

    def _collect(self) -> None:
        """Collect what is dead. LuaJIT may want memory for that, and is in no protected call."""
        if self._more is None:
            self._lua.set_max_memory(0)
            self._lua.gccollect()
            self._apply()
        else:
            self._more(COLLECTOR)
            self._lua.gccollect()
            self._more(-COLLECTOR)

    def add_part(self, code: bytes) -> None:
        """Make room for a part of the runtime, which does not count. It may be wanted for an error
        that is due to full memory, and one string more may let the table of all strings double."""
        self.limit += len(code) * PART + SPARE
        if not self._extra:
            self._extra = int(self.limit)
            if self._more is not None:
                self._more(self._extra)
        self._apply()

    def roomy(self) -> bool:
        """Tell whether the program holds less than half of what it may."""
        return bool(self._used() * 2 < self._before + self.limit)

    def exceeded(self) -> bool:
        """Tell, at the end of a turn, whether the program holds more than it may."""
        if self._extra:
            if self._more is not None:
                self._more(-self._extra)
            self._extra = 0
            self._apply()
        if self._used() <= self.limit:
            return False
        self._collect()
        return bool(self._used() > self.limit)


def reserve_references(lua: Any) -> None:
    """Enlarge the table in which lupa holds values of the state, before memory is short."""
    held = [lua.table() for _ in range(REFERENCES)]
    held.clear()


def weight(value: Any) -> int:
    """Return about how many bytes a plain value takes in a state."""
    if isinstance(value, str | bytes):
        return len(value) + ITEM
    if isinstance(value, list | tuple):
        return ITEM + sum(map(weight, value))
    if isinstance(value, dict):
        return ITEM + sum(map(weight, value.items()))
    state = getattr(value, "state", None)  # of a Bound
    return ITEM if state is None else ITEM + weight(state)
