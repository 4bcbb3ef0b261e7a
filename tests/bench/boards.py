"""What runtime, programs and compiler cost on MicroPython: heap and time."""

from collections.abc import Callable, Sequence

from moonhop.bench.board import HEAP, SMALL, Board
from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.local import load
from moonhop_core.errors import MoonhopError
from tests.bench.programs import path_of

HEAP_GOAL = 128.0  # kB, on 64 bits
FILES = {"heap": "board files in the heap", "rom": "board files in ROMFS", "": "from sources"}
SAMPLE = "pipeline"  # a program of the usual kind
COMPILER_HEAP = "8M"  # for the largest of the programs


def measure(names: Sequence[str], say: Callable[[str], None]) -> list[Figure]:
    """Measure the heap of the runtime with one program, and compiling the programs there."""
    figures = []
    try:
        say("heap on MicroPython")
        for files, where in FILES.items():
            with Board(files=files, heap=SMALL if files else HEAP) as board:
                told = board.ask("heap", load(path_of(SAMPLE)))
            goal = HEAP_GOAL if files == "heap" else None
            name = f"micropython/heap of runtime, {where}"
            figures.append(Figure(name, told["runtime"] / 1000, "kB"))
            name = f"micropython/heap of runtime and {SAMPLE}, {where}"
            figures.append(Figure(name, told["all"] / 1000, "kB", goal=goal))
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
