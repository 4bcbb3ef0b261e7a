"""Lua values as engine python holds them (docs/architecture.md, "Values on engine python").

nil is None, integers and floats are Python's, a string is a `str` of code points 0..255. The rest
is here, but for functions (functions.py). Several results travel as a Python tuple of none or at
least two values; exactly one value is plain, so a tuple is never a Lua value.
"""

from builtins import float, id, int, isinstance, len, list, min, range, str, tuple, type
from sys import implementation

from moonhop_core.lua.decimals import float_text
from moonhop_core.lua.fresh import numeral
from moonhop_core.lua.functions import F0, F1, F2, F3, F4, FF, FV, Bound, Function

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


ORDERED = implementation.name == "cpython"  # dicts keep the order that keys came in


class Boolean:
    """true and false; Python's own booleans are integers, which Lua's are not."""

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return self.name


TRUE = Boolean("true")
FALSE = Boolean("false")


def lua_bool(value: object) -> Boolean:
    """Return the Lua boolean for what Python takes as true or false."""
    return TRUE if value else FALSE


def truthy(value: object) -> bool:
    """Tell whether Lua takes the value as true."""
    return value is not None and value is not FALSE


class Table:
    """A Lua table.

    h     all pairs, whatever the key; nil is never stored and float keys with an integer value
          are integers. Whoever stores directly has to keep to that (`set` does).
    meta  the metatable, or None
    n     where the last border was; only a hint
    walk  what `next` remembers of a traversal: [keys, position], [None, first key], or None
    """

    meta: "Table | None" = None
    n = 0
    walk: "list[Any] | None" = None

    def __init__(self, h: "dict[Any, Any]"):
        self.h = h
        self.meta = None  # of its own: read at once, and found in the class only by a search

    def get(self, key: "Any") -> "Any":
        """Read a field, without metamethods."""
        return self.h.get(key)

    def set(self, key: "Any", value: "Any") -> None:
        """Write a field, without metamethods; the key is neither nil nor NaN."""
        if type(key) is float:
            key = float_key(key)
        if value is None:
            self.h.pop(key, None)
        else:
            self.h[key] = value

    def length(self) -> int:
        """Return a border: `#t` without metamethods."""
        h = self.h
        n = self.n
        if n + 1 in h:
            n += 2
            while n in h:
                n += 1
            self.n = n = n - 1
        elif n and n not in h:
            n -= 1
            while n and n not in h:
                n -= 1
            self.n = n
        return n

    def listed(self) -> "list[Any]":
        """List the keys for a traversal: on MicroPython, too, a sequence is in order. There a key
        may be listed that is not in the table."""
        if ORDERED or 1 not in self.h:
            return list(self.h)
        n = self.length()
        keys: "list[Any]" = list(range(1, n + 1))
        if len(self.h) > n:
            keys.extend([key for key in self.h if type(key) is not int or not 0 < key <= n])
        return keys

    def next(self, key: "Any") -> "tuple[()] | tuple[Any, Any] | None":
        """Return the pair after `key` (nil: the first one); None at the end.

        The keys are listed once per traversal, so fields may be cleared and reassigned under way.
        Raises KeyError for a key that is not in the table.
        """
        h = self.h
        if key is None:
            for start in h if ORDERED or 1 not in h else (1,):
                self.walk = [None, start]
                return start, h[start]
            self.walk = None
            return None
        if type(key) is float:
            key = float_key(key)
        walk: "list[Any]" = self.walk or [None, None]
        keys: "Any" = walk[0]
        at = -1
        if keys is not None:
            at = walk[1]
            if at >= len(keys) or keys[at] != key:
                at = place_of(keys, key, at)
        if at < 0:
            keys = self.listed()
            if walk[0] is None and walk[1] == key and key not in h:
                keys.insert(0, key)  # the first field was cleared as soon as it was seen
            at = place_of(keys, key, 0)
            if at < 0:
                raise KeyError(key)
            self.walk = walk = [keys, at]
        at += 1
        end = len(keys)
        while at < end:
            key = keys[at]
            if key in h:
                walk[1] = at
                return key, h[key]
            at += 1
        self.walk = None
        return None

    # A table can be called if its metatable says how.

    def c0(self) -> "Any":
        return call_table(self, ())

    def c1(self, a: "Any") -> "Any":
        return call_table(self, (a,))

    def c2(self, a: "Any", b: "Any") -> "Any":
        return call_table(self, (a, b))

    def c3(self, a: "Any", b: "Any", c: "Any") -> "Any":
        return call_table(self, (a, b, c))

    def c4(self, a: "Any", b: "Any", c: "Any", d: "Any") -> "Any":
        return call_table(self, (a, b, c, d))

    def cn(self, args: "Sequence[Any]") -> "Any":
        return call_table(self, args)


def place_of(keys: "list[Any]", key: "Any", start: int) -> int:
    """Return the index of a key in a list, looking from `start` on first, or -1."""
    for at in range(start, len(keys)):
        if keys[at] == key:
            return at
    for at in range(min(start, len(keys))):
        if keys[at] == key:
            return at
    return -1


def float_key(key: float) -> "int | float":
    """Return a float as the key it is stored under: an integer if it has the value of one."""
    if -9.3e18 < key < 9.3e18:
        whole = int(key)
        if whole == key and -0x8000000000000000 <= whole <= 0x7FFFFFFFFFFFFFFF:
            return whole
    return key


def call_table(table: Table, args: "Sequence[Any]") -> "Any":
    """Call a table: by its `__call`, which gets the table before the arguments."""
    meta = table.meta
    handler = None if meta is None else meta.h.get("__call")
    if handler is None:
        name = None if meta is None else meta.h.get("__name")
        raise AttributeError("call " + (name if type(name) is str else "table"))
    return handler.cn((table,) + tuple(args))


class Coroutine:
    """A Lua thread: a stack of frames and markers, see lua/coroutines.py.

    status    "suspended", "running", "normal" or "dead"
    function  what it starts with; None once started
    stack     frames and markers, bottom first
    args      what it starts with, a tuple, if known before (tasks)
    parent    the coroutine that resumed it, while it is running or normal
    alias     set for the stack of a nested run: the coroutine whose Lua code that is
    error     the error it died of
    below     how many other lists of frames its own is on top of (`trampoline.on_top`)
    """

    args: "tuple[Any, ...]" = ()
    parent: "Coroutine | None" = None
    alias: "Coroutine | None" = None
    error: "Any" = None
    below = 0

    def __init__(self, function: "Any"):
        self.status = "suspended"
        self.function = function
        self.stack: "list[Any]" = []


class Suspend:
    """What an operation of the host returns to make the calling task wait for `wait`."""

    def __init__(self, wait: "Any"):
        self.wait = wait


# ---------------------------------------------------------------- several values


def results(values: "Sequence[Any]") -> "Any":
    """Bring a list of values to the convention for results."""
    if len(values) == 1:
        return values[0]
    return tuple(values)


def as_tuple(result: "Any") -> "tuple[Any, ...]":
    """Return a result (one value, or a tuple of several) as a tuple."""
    if type(result) is tuple:
        return result
    return (result,)


def first(result: "Any") -> "Any":
    """Cut a result down to its first value; nil if there is none."""
    if type(result) is tuple:
        return result[0] if result else None
    return result


# ---------------------------------------------------------------- names and texts

TYPE_NAMES: "dict[Any, str]" = {
    type(None): "nil",
    Boolean: "boolean",
    int: "number",
    float: "number",
    str: "string",
    Table: "table",
    F0: "function",
    F1: "function",
    F2: "function",
    F3: "function",
    F4: "function",
    FV: "function",
    FF: "function",
    Bound: "function",
    Function: "function",
    Coroutine: "thread",
}


def type_name(value: object) -> str:
    """Return what `type(value)` gives in Lua."""
    try:
        return TYPE_NAMES[type(value)]
    except KeyError:
        return "function" if isinstance(value, Function) else "userdata"


def address(value: object) -> str:
    """Return what stands in `table: 0x…`: different for different living objects."""
    return "0x%08x" % (id(value) & 0xFFFFFFFFFFFF)


def basic_text(value: "Any") -> str:
    """Return `tostring(value)` without metamethods."""
    kind = type(value)
    if kind is str:
        text: str = value
        return text
    if kind is int:
        return numeral(value)
    if kind is float:
        return float_text(value)
    if value is None:
        return "nil"
    if kind is Boolean:
        name: str = value.name
        return name
    name = type_name(value)
    if name == "function" and type(value.proto) is str:
        return "function: builtin: " + address(value)
    return name + ": " + address(value)
