"""Runs a program in this Python without a fleet, with a clock at each part of the run."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moonhop.node.runtime import make_engine
from moonhop_core.errors import MoonhopError
from moonhop_core.process.clock import RealClock
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.octets import from_bytes
from moonhop_core.process.process import ENDED, RUNNING, Process
from moonhop_core.process.program import Program

NODE = {"id": "bench", "kind": "bench", "tags": []}
PATIENCE = 600.0  # seconds of work until a program that only waits is given up
MakeEngine = Callable[..., Any]


@dataclass(frozen=True)
class Run:
    """A run to the end: seconds for making the engine and for the run alone; what was printed.

    The run is processor time where it can be had, so that other work on the machine counts less.
    """

    start: float
    run: float
    output: str


def load(path: Path) -> Program:
    """Return the program in a file."""
    return Program.from_source(from_bytes(path.read_bytes()), path.name)


def engine_maker(name: str) -> MakeEngine:
    """Return what makes engines of a name: lua54, luajit, python."""
    return make_engine(name)


def run_once(program: Program, maker: MakeEngine, args: Sequence[object]) -> Run:
    """Run a program to its end. Raises MoonhopError with its error if it fails."""
    lines: list[str] = []
    host = LocalHost(RealClock(), None, lambda kind, text: lines.append(text))
    process = Process(program, maker, host, args=[str(arg) for arg in args], node=NODE)
    begin = time.perf_counter()
    process.start()
    start = time.perf_counter() - begin
    # freeing what the program leaves behind is no part of its run, as it is none on the bare engine
    close = process.engine.close
    setattr(process.engine, "close", lambda: None)  # noqa: B010 - mypy minds the plain assignment
    started = time.process_time()
    while process.status == RUNNING:
        if not process.turn() and process.status == RUNNING:
            host.settle(process)
            moment = process.due()
            if moment is None or time.process_time() - started > PATIENCE:
                raise MoonhopError(f"{program.name} waits for what cannot come")
            host.clock.wait(moment)
    ended = time.process_time()
    close()
    if process.status != ENDED:
        raise MoonhopError(f"{program.name}: {(process.failure or ['it failed'])[0]}")
    return Run(start, ended - started, "\n".join(lines))
