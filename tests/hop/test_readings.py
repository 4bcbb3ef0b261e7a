"""The example program, on recorded data, gives the same estimates wherever it hops."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from moonhop.engines.lupa import make_engine
from moonhop.engines.micropython import MicroPythonRunner
from moonhop.execute import load_program
from moonhop.resources import folder
from moonhop_core.process.leg import Leg
from moonhop_core.process.program import Program
from moonhop_core.process.runner import local_runner

ROWS = 24
AWAY = 5  # rests on the other node
EXAMPLES = folder("examples")
# A listener in front of the program prints what the program publishes.
LISTENER = (
    'subscribe("readings/estimate", function(_, payload) print("estimate " .. payload) end)\n'
)


@pytest.fixture(scope="module")
def program() -> Program:
    text = load_program(EXAMPLES / "readings.lua").source
    first_line, rest = text.split("\n", 1)
    return Program.from_source(f"{first_line}\n{LISTENER}{rest}", "readings.lua")


class Nodes:
    """A CPython node with lua54 and a MicroPython node; `printed` is what the program printed."""

    def __init__(self, program: Program) -> None:
        self.printed: list[str] = []
        self.desktop = local_runner(program, make_engine("lua54"), self.output)
        self.board = MicroPythonRunner(program, self.output, heap="4M")

    def output(self, kind: str, text: str) -> None:
        self.printed.append(text if kind == "print" else f"{kind}: {text}")

    def run(self, stops: list[tuple[Callable[..., Any], int | None]]) -> int:
        """Run the program over a list of (node, rests there) until it ends well; return how many
        of them it took."""
        self.printed.clear()
        image, state = None, None
        for legs, (node, rests) in enumerate(stops, 1):
            leg = Leg([str(ROWS), "0.01"], rests, True, str(EXAMPLES), None, state)
            result, image = node(leg, image)
            state = result["state"]
            if result["status"] != "rest":
                assert result["status"] == "ended", result
                return legs
        raise AssertionError("the program did not end")


@pytest.fixture(scope="module")
def nodes(program: Program) -> Iterator[Nodes]:
    made = Nodes(program)
    yield made
    made.board.close()


@pytest.fixture(scope="module")
def unhopped(nodes: Nodes) -> list[str]:
    nodes.run([(nodes.desktop, None)])
    return list(nodes.printed)


def test_each_row_gives_one_estimate(unhopped: list[str]) -> None:
    rows = [int(line.split()[1]) for line in unhopped if line.startswith("estimate")]
    assert rows == list(range(1, ROWS))  # the program exits before it hears of the last one


def test_the_estimates_are_the_same_on_micropython(nodes: Nodes, unhopped: list[str]) -> None:
    nodes.run([(nodes.board, None)])
    assert nodes.printed == unhopped


def test_the_estimates_are_the_same_from_every_hop_point(nodes: Nodes, unhopped: list[str]) -> None:
    """CPython -> MicroPython -> CPython, leaving at each rest of the program in turn."""
    points = 0
    legs = 2
    while legs > 1:
        points += 1
        legs = nodes.run([(nodes.desktop, points), (nodes.board, AWAY), (nodes.desktop, None)])
        assert nodes.printed == unhopped, f"hop point {points}"
    assert points > ROWS
