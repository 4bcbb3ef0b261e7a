"""Writes random Lua programs that end: closures, tables, coroutines, timers, errors and sleeps.

Every program is legal, its loops are bounded and its output is defined: nothing is left to the
order of `pairs`, to the order in which Lua evaluates operands around a call, or to addresses.
Numbers are of two kinds. In a program for 64-bit integers, `int` variables hold integers that
wrap around and `num` variables any number, kept small by `%`. In a program for doubles there are
only `num` variables, and all are whole and small.
"""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.hop.functions import Functions
from tests.hop.words import Scope


class Example(NamedTuple):
    """A program and how it hops: the engines in turn, and at every which rest."""

    source: str
    engines: tuple[str, ...]
    hop_every: int


@st.composite
def examples(draw: Any, engines: tuple[str, ...], doubles: tuple[str, ...]) -> Example:
    """Random programs with a way to hop among `engines`; those in `doubles` get only programs
    that need no integers."""
    route = tuple(draw(st.lists(st.sampled_from(engines), min_size=1, max_size=5)))
    integers = not any(name in doubles for name in route) and draw(st.booleans())
    hop_every = draw(st.integers(1, 3))
    writer = Functions(draw, integers)
    writer.line(f"math.randomseed({writer.number(0, 99)})")
    scope = Scope()
    writer.statements(scope, 14)
    for kind in ("num", "int", "text"):
        if scope.of(kind):
            writer.line(f"print({', '.join(scope.of(kind)[-20:])})")
    return Example("\n".join(writer.lines) + "\n", route, hop_every)
