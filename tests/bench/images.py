"""Images of programs in the middle of their run: size, time to write and to read."""

import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from moonhop.bench.board import Board
from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.local import NODE, MakeEngine, engine_maker
from moonhop_core.errors import MoonhopError
from moonhop_core.process.clock import VirtualClock
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.process import RUNNING, Process
from moonhop_core.process.program import Program
from tests.bench.programs import path_of

FOLDER = Path(__file__).parent / "images"
THINGSJS = {"factorial": 73_898, "raytrace": 80_590, "richards": 19_711}  # bytes
RESTS = {"factorial": 100, "raytrace": 16, "richards": 500}  # after so many is the image written


def source_of(name: str) -> str:
    """Return a program that comes to rest again and again."""
    if name == "richards":
        plain = path_of(name).read_text(encoding="utf-8")
        turn = "  while self.current do\n"
        assert turn in plain
        return plain.replace(turn, turn + "    sleep(0)\n")
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")


def measure(engine: str, repeats: int, say: Callable[[str], None]) -> list[Figure]:
    """Measure the images of all three programs on an engine."""
    figures = []
    for name in THINGSJS:
        say(f"images on {engine}: {name}")
        try:
            figures += measure_one(name, engine, repeats)
        except (MoonhopError, ImportError) as error:
            say(f"images on {engine}: {name} cannot be measured: {error}")
    return figures


def measure_one(name: str, engine: str, repeats: int) -> list[Figure]:
    """Run a program to its middle, then write and read its image again and again. Reading is
    without making the engine, which the target does before the source stops."""
    program = Program.from_source(source_of(name), f"{name}.lua")
    if engine == "micropython":
        with Board() as board:
            told = board.ask("image", program, rests=RESTS[name], repeats=repeats)
        writing, reading = ([us / 1e3 for us in told[key]] for key in ("write", "read"))
        lines = told["lines"]
    else:
        writing, reading, lines = timed(program, engine_maker(engine), RESTS[name], repeats)
    size = sum(len(line) + 1 for line in lines)
    objects = objects_in(lines)
    both = statistics.median(writing) + statistics.median(reading)
    start = f"image/{engine}/{name}"
    peer = f"ThingsJS {THINGSJS[name]} bytes"
    return [
        Figure(f"{start}: size", size, "bytes", peer=peer, goal=THINGSJS[name] / 10),
        of_samples(f"{start}: write", writing, "ms"),
        of_samples(f"{start}: read", reading, "ms"),
        Figure(f"{start}: write and read an object", both * 1e3 / objects, "us", n=objects),
        Figure(f"{start}: write and read a kB", both * 1e3 / (size / 1000), "us", n=size),
    ]


def objects_in(lines: list[str]) -> int:
    """Return how many tables, cells, functions, coroutines and frames an image holds."""
    frames = sum(line.startswith('["r"') for line in lines)
    numbered = re.findall(r'"[tcfknp](\d+)|\["?[\da-z]+"?,(\d+),', "".join(lines[1:-2]))
    return frames + len({mark or record for mark, record in numbered})


def timed(
    program: Program, maker: MakeEngine, rests: int, repeats: int
) -> tuple[list[float], list[float], list[str]]:
    """Return the times of writing and of reading, in ms, and the lines of the image."""
    process = at_rest(program, maker, rests)
    writing, reading = [], []
    lines: list[str] = []
    for _ in range(repeats):
        lines = []
        begin = time.perf_counter()
        process.snapshot(lines.append)
        written = time.perf_counter()
        copy = new_process(program, maker)
        copy.engine  # noqa: B018 - loads the program
        made = time.perf_counter()
        copy.restore(lines)
        ended = time.perf_counter()
        writing.append((written - begin) * 1e3)
        reading.append((ended - made) * 1e3)
        copy.let_go()
    process.let_go()
    return writing, reading, lines


def new_process(program: Program, maker: MakeEngine) -> Process:
    """Return a process that is not started."""
    host = LocalHost(VirtualClock(), None, lambda kind, text: None)
    return Process(program, maker, host, node=NODE)


def at_rest(program: Program, maker: MakeEngine, rests: int) -> Process:
    """Return a process after so many turns. Raises MoonhopError if it is over before."""
    process = new_process(program, maker)
    process.start()
    for _ in range(rests):
        process.turn()
    if process.status != RUNNING:
        raise MoonhopError(f"it is {process.status}: {process.failure}")
    return process
