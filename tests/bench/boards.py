"""What runtime, programs and compiler cost on MicroPython: heap and time."""

from collections.abc import Callable, Sequence

from moonhop.bench.board import Board
from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.local import load
from moonhop_core.errors import MoonhopError
from tests.bench.programs import path_of

HEAP_GOAL = 128.0  # kB, on 64 bits
SAMPLE = "pipeline"  # a program of the usual kind
COMPILER_HEAP = "8M"  # for the largest of the programs


def measure(names: Sequence[str], say: Callable[[str], None]) -> list[Figure]:
    """Measure the heap of the runtime with one program, and compiling the programs there."""
    figures = []
    try:
        say("heap on MicroPython")
        with Board() as board:
            told = board.ask("heap", load(path_of(SAMPLE)))
        heap = [("runtime", None), ("all", HEAP_GOAL)]
        titles = {"runtime": "runtime", "all": f"runtime and {SAMPLE}"}
        for key, goal in heap:
            name = f"micropython/heap of {titles[key]}"
            figures.append(Figure(name, told[key] / 1000, "kB", goal=goal))
        say("compiling on MicroPython")
        figures += compiling(names)
    except MoonhopError as error:
        say(f"MicroPython cannot be measured: {error}")
    return figures


def compiling(names: Sequence[str]) -> list[Figure]:
    """Measure the compiler, from Lua text to Python text; each program on a fresh MicroPython."""
    per_kb, trees = [], []
    compiler = 0.0
    for name in names:
        program = load(path_of(name))
        with Board(heap=COMPILER_HEAP) as board:
            told = board.ask("compile", program)
        compiler = told["compiler"] / 1000
        size = len(program.source) / 1000
        per_kb.append(told["us"] / 1000 / size)
        trees.append(told["tree"] / 1000 / size)
    return [
        Figure("micropython/heap of the compiler", compiler, "kB"),
        of_samples("micropython/compiling a kB of Lua", per_kb, "ms"),
        of_samples("micropython/heap of a kB of Lua while compiling", trees, "kB"),
    ]
