"""Runs a program to its end without a fleet, on one engine or hopping among several."""

from moonhop_core.process.leg import Leg, run_leg
from moonhop_core.process.process import Process

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from moonhop_core.process.engine import Engine
    from moonhop_core.process.program import Program

    # (leg, image's lines or None) -> (run_leg's result, the next image's lines)
    LegRunner = Callable[[Leg, "list[str] | None"], "tuple[dict[str, Any], list[str]]"]


def local_runner(
    program: "Program",
    make_engine: "Callable[[Program, Any], Engine]",
    output: "Callable[[str, str], Any]",
    make_process: "Any" = Process,
) -> "LegRunner":
    """Return what runs legs from this very Python, each in a fresh engine."""

    def run(leg: Leg, image: "list[str] | None") -> "tuple[dict[str, Any], list[str]]":
        lines: "list[str]" = []
        result = run_leg(leg, program, make_engine, image, lines.append, output, make_process)
        return result, lines

    return run


def run_program(
    runners: "list[LegRunner]",
    args: "Iterable[str]" = (),
    hop_every: "int | None" = None,
    virtual: bool = False,
    root: "str | None" = None,
    node: "dict[str, Any] | None" = None,
    things: "dict[str, Any] | None" = None,
) -> "dict[str, Any]":
    """Run a program to its end and return the result of its last leg (`leg.run_leg`).

    With `hop_every` it is written down at every so many rests and goes on in the next of `runners`,
    round and round. Raises ImageError if it cannot be written, and what engines raise.
    """
    image: "list[str] | None" = None
    state: "dict[str, Any] | None" = None
    turn = 0
    while True:
        leg = Leg(list(args), hop_every, virtual, root, node, state, things)
        result, image = runners[turn % len(runners)](leg, image)
        if result["status"] != "rest":
            return result
        state = result["state"]
        turn += 1
