"""What of the library has state and can therefore hop."""

from moonhop_core.lua.functions import Bound
from moonhop_core.lua.string_matching import FUNCTIONS
from moonhop_core.lua.values import Table
from moonhop_core.lua.xoshiro import Xoshiro
from tests.micropython import run_micropython


def test_a_gmatch_iterator_goes_on_from_its_state_table() -> None:
    first = FUNCTIONS["string.gmatch"][0]("one two three", "%a+")
    assert isinstance(first, Bound)
    assert first.name == "string.gmatch.next"
    assert first.c2(None, None) == "one"
    copy = Table(dict(first.state.h))
    second = Bound(first.name, copy, FUNCTIONS[first.name][0])
    assert [second.c0(), second.c0(), second.c0()] == ["two", "three", ()]
    assert first.c0() == "two"


def test_random_numbers_go_on_from_the_generators_state() -> None:
    generator = Xoshiro(42, 7)
    generator.next()
    state = generator.get_state()
    assert all(-(1 << 63) <= word < 1 << 63 for word in state)
    copy = Xoshiro()
    copy.set_state(state)
    assert [copy.next() for _ in range(5)] == [generator.next() for _ in range(5)]


def test_a_runaway_match_can_be_interrupted_and_needs_no_stack_on_micropython() -> None:
    program = """
from moonhop_core.lua.string_matching import FUNCTIONS
match = FUNCTIONS["string.match"][0]
print(len(match("x" * 20000, ("x-" * 300) + "(.*)$")))
print(match("(" * 5000 + ")" * 5000, "%b()") is not None)
"""
    result = run_micropython(program, heap="8M")
    assert (result.stdout, result.stderr) == ("20000\nTrue\n", "")
