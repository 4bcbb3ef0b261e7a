"""Functions as engine python holds them, by how many parameters they take: emitted code calls
`f.c2(a, b)`, and the class of f knows what to do with two arguments."""

from builtins import len, list, range, setattr, tuple

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


class Function:
    """A Lua function.

    proto  its `Proto`, or for a builtin its registered name
    cells  captured cells and values, in the order of the prototype's upvalues

    The subclass says how many parameters it takes: an `F2` has the emitted callable as its
    attribute `c2`, and the class's `c0 c1 c3 c4 cn` bring the arguments to that number. `cn`
    takes a sequence. Without a callable it is blank; `fill` completes it.
    """

    proto: "Any" = None
    cells: "Sequence[Any]" = ()
    frame = False  # in frame form: has `step`, and calls of it go through the machine
    deep: "Any" = None  # the same function in deep form, once that was wanted (depth.py)

    def __init__(self, proto: "Any", cells: "Sequence[Any]"):
        self.proto = proto
        self.cells = cells

    if TYPE_CHECKING:
        c0: "Callable[[], Any]"
        c1: "Callable[[Any], Any]"
        c2: "Callable[[Any, Any], Any]"
        c3: "Callable[[Any, Any, Any], Any]"
        c4: "Callable[[Any, Any, Any, Any], Any]"
        cn: "Callable[[Sequence[Any]], Any]"
        step: "Callable[[list[Any], Any], Any]"


if TYPE_CHECKING:
    Base = Any
else:
    Base = Function


class F0(Base):  # type: ignore[misc]
    def __init__(self, proto, cells, run):  # type: ignore[no-untyped-def]
        self.proto = proto
        self.cells = cells
        self.c0 = run

    def c1(self, a):  # type: ignore[no-untyped-def]
        return self.c0()

    def c2(self, a, b):  # type: ignore[no-untyped-def]
        return self.c0()

    def c3(self, a, b, c):  # type: ignore[no-untyped-def]
        return self.c0()

    def c4(self, a, b, c, d):  # type: ignore[no-untyped-def]
        return self.c0()

    def cn(self, args):  # type: ignore[no-untyped-def]
        return self.c0()


class F1(Base):  # type: ignore[misc]
    def __init__(self, proto, cells, run):  # type: ignore[no-untyped-def]
        self.proto = proto
        self.cells = cells
        self.c1 = run

    def c0(self):  # type: ignore[no-untyped-def]
        return self.c1(None)

    def c2(self, a, b):  # type: ignore[no-untyped-def]
        return self.c1(a)

    def c3(self, a, b, c):  # type: ignore[no-untyped-def]
        return self.c1(a)

    def c4(self, a, b, c, d):  # type: ignore[no-untyped-def]
        return self.c1(a)

    def cn(self, args):  # type: ignore[no-untyped-def]
        return self.c1(args[0] if args else None)


class F2(Base):  # type: ignore[misc]
    def __init__(self, proto, cells, run):  # type: ignore[no-untyped-def]
        self.proto = proto
        self.cells = cells
        self.c2 = run

    def c0(self):  # type: ignore[no-untyped-def]
        return self.c2(None, None)

    def c1(self, a):  # type: ignore[no-untyped-def]
        return self.c2(a, None)

    def c3(self, a, b, c):  # type: ignore[no-untyped-def]
        return self.c2(a, b)

    def c4(self, a, b, c, d):  # type: ignore[no-untyped-def]
        return self.c2(a, b)

    def cn(self, args):  # type: ignore[no-untyped-def]
        n = len(args)
        if n >= 2:
            return self.c2(args[0], args[1])
        return self.c2(args[0] if n else None, None)


class F3(Base):  # type: ignore[misc]
    def __init__(self, proto, cells, run):  # type: ignore[no-untyped-def]
        self.proto = proto
        self.cells = cells
        self.c3 = run

    def c0(self):  # type: ignore[no-untyped-def]
        return self.c3(None, None, None)

    def c1(self, a):  # type: ignore[no-untyped-def]
        return self.c3(a, None, None)

    def c2(self, a, b):  # type: ignore[no-untyped-def]
        return self.c3(a, b, None)

    def c4(self, a, b, c, d):  # type: ignore[no-untyped-def]
        return self.c3(a, b, c)

    def cn(self, args):  # type: ignore[no-untyped-def]
        if len(args) < 3:
            args = tuple(args) + (None, None, None)
        return self.c3(args[0], args[1], args[2])


class F4(Base):  # type: ignore[misc]
    def __init__(self, proto, cells, run):  # type: ignore[no-untyped-def]
        self.proto = proto
        self.cells = cells
        self.c4 = run

    def c0(self):  # type: ignore[no-untyped-def]
        return self.c4(None, None, None, None)

    def c1(self, a):  # type: ignore[no-untyped-def]
        return self.c4(a, None, None, None)

    def c2(self, a, b):  # type: ignore[no-untyped-def]
        return self.c4(a, b, None, None)

    def c3(self, a, b, c):  # type: ignore[no-untyped-def]
        return self.c4(a, b, c, None)

    def cn(self, args):  # type: ignore[no-untyped-def]
        if len(args) < 4:
            args = tuple(args) + (None, None, None, None)
        return self.c4(args[0], args[1], args[2], args[3])


class FV(Base):  # type: ignore[misc]
    """Takes any number of arguments: vararg functions and those of more than four parameters."""

    def __init__(self, proto, cells, run):  # type: ignore[no-untyped-def]
        self.proto = proto
        self.cells = cells
        self.run = run

    def c0(self):  # type: ignore[no-untyped-def]
        return self.run()

    def c1(self, a):  # type: ignore[no-untyped-def]
        return self.run(a)

    def c2(self, a, b):  # type: ignore[no-untyped-def]
        return self.run(a, b)

    def c3(self, a, b, c):  # type: ignore[no-untyped-def]
        return self.run(a, b, c)

    def c4(self, a, b, c, d):  # type: ignore[no-untyped-def]
        return self.run(a, b, c, d)

    def cn(self, args):  # type: ignore[no-untyped-def]
        return self.run(*args)


class FF(Base):  # type: ignore[misc]
    """A function in frame form; called from direct code it runs in a nested trampoline."""

    frame = True

    def __init__(self, proto, cells, run):  # type: ignore[no-untyped-def]
        self.proto = proto
        self.cells = cells
        self.step = run

    def c0(self):  # type: ignore[no-untyped-def]
        return self.proto.machine.nested(self, ())

    def c1(self, a):  # type: ignore[no-untyped-def]
        return self.proto.machine.nested(self, (a,))

    def c2(self, a, b):  # type: ignore[no-untyped-def]
        return self.proto.machine.nested(self, (a, b))

    def c3(self, a, b, c):  # type: ignore[no-untyped-def]
        return self.proto.machine.nested(self, (a, b, c))

    def c4(self, a, b, c, d):  # type: ignore[no-untyped-def]
        return self.proto.machine.nested(self, (a, b, c, d))

    def cn(self, args):  # type: ignore[no-untyped-def]
        return self.proto.machine.nested(self, args)


CLASSES: "tuple[Any, ...]" = (F0, F1, F2, F3, F4, FV)
RUNS = ("c0", "c1", "c2", "c3", "c4", "run")


def function_class(params: int) -> "Any":
    """Return the class of functions with that many parameters (-1: any number)."""
    return CLASSES[params if 0 <= params <= 4 else 5]


def builtin(name: str, run: "Callable[..., Any]", params: int, *quick: "Any") -> Function:
    """Make a builtin function: registered under `name`, `params` as for function_class. Then
    perhaps attributes such as "c2", each with the function for calls with that many arguments."""
    made: Function = function_class(params)(name, (), run)
    for at in range(0, len(quick), 2):
        setattr(made, quick[at], quick[at + 1])
    return made


class Bound(FV):
    """A builtin with a state, one table that is its first argument: an iterator, say.

    name  the registered name of the builtin
    each  gives a loop the results of the iterator that this is, in pairs: each(state); or None
    """

    each: "Callable[[Any], Any] | None" = None

    def __init__(self, name: str, state: "Any", run: "Callable[..., Any]"):
        self.proto = self.name = name
        self.cells = ()
        self.state = state
        self.run = run

    def c0(self) -> "Any":
        return self.run(self.state)

    def c1(self, a: "Any") -> "Any":
        return self.run(self.state, a)

    def c2(self, a: "Any", b: "Any") -> "Any":
        return self.run(self.state, a, b)

    def c3(self, a: "Any", b: "Any", c: "Any") -> "Any":
        return self.run(self.state, a, b, c)

    def c4(self, a: "Any", b: "Any", c: "Any", d: "Any") -> "Any":
        return self.run(self.state, a, b, c, d)

    def cn(self, args: "Sequence[Any]") -> "Any":
        return self.run(self.state, *args)


def callable_of(builtin: Function) -> "Any":
    """Return the Python callable of a builtin function."""
    for run in RUNS:
        if run in builtin.__dict__:
            return builtin.__dict__[run]
    raise ValueError("not a builtin function")
