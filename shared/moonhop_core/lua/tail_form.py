"""Functions whose tail calls may go in circles (lang/tail_calls.py): these take no Python stack.

Instead of making such a call a function puts down what is to be called, and gives TAIL to a caller
that knows what to do with it, which is `go`. It is `go` itself for other callers. So the function
may be called like any other, and costs more only when what it tail calls is in tail form as well.
"""

from builtins import len, setattr, tuple, type

from moonhop_core.lua.functions import Function
from moonhop_core.lua.metamethods import metamethod
from moonhop_core.lua.support import TAIL
from moonhop_core.lua.values import TYPE_NAMES, Table, call_table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Base = Any
else:
    Base = Function


class FT(Base):  # type: ignore[misc]
    """A function in tail form. As in direct form its callable is an attribute, `c2` if there are
    two parameters; one parameter more says whether the caller knows what to do with TAIL."""

    def __init__(self, proto: "Any", cells: "Any", run: "Any"):
        self.proto = proto
        self.cells = cells
        setattr(self, proto.attribute, run)

    def c0(self, tail: bool = False) -> "Any":
        return self.cn((), tail)

    def c1(self, a: "Any", tail: bool = False) -> "Any":
        return self.cn((a,), tail)

    def c2(self, a: "Any", b: "Any", tail: bool = False) -> "Any":
        return self.cn((a, b), tail)

    def c3(self, a: "Any", b: "Any", c: "Any", tail: bool = False) -> "Any":
        return self.cn((a, b, c), tail)

    def c4(self, a: "Any", b: "Any", c: "Any", d: "Any", tail: bool = False) -> "Any":
        return self.cn((a, b, c, d), tail)

    def cn(self, args: "Sequence[Any]", tail: bool = False) -> "Any":
        params: int = self.proto.params
        if params < 0:
            return self.run(*args, tail=tail)
        if len(args) != params:
            args = tuple(args[:params]) + (None,) * (params - len(args))
        # written out: MicroPython allocates memory for calls with a star
        if params == 1:
            return self.c1(args[0], tail)
        if params == 2:
            return self.c2(args[0], args[1], tail)
        if params == 3:
            return self.c3(args[0], args[1], args[2], tail)
        if params == 4:
            return self.c4(args[0], args[1], args[2], args[3], tail)
        return self.c0(tail)


TYPE_NAMES[FT] = "function"


def go(machine: "Any") -> "Any":
    """Call what is put down, and what that puts down, to the end; gives the results."""
    while True:
        count = machine.count
        if count == 1:
            result = machine.func.c1(machine.first, True)
        elif count == 2:
            result = machine.func.c2(machine.first, machine.second, True)
        elif count == 3:
            result = machine.func.c3(machine.first, machine.second, machine.third, True)
        else:
            result = machine.func.cn(machine.args, True)
        if result is not TAIL:
            return result


def tail_call(machine: "Any", table: Table, args: "tuple[Any, ...]", tail: bool) -> "Any":
    """Tail call a table: by its `__call`, which gets the table before the arguments."""
    handler = metamethod(table, "__call")
    if type(handler) is not FT:
        return call_table(table, args)
    machine.count = -1
    machine.args = (table,) + args
    machine.func = handler
    return TAIL if tail else go(machine)
