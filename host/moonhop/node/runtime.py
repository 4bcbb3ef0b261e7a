"""A CPython node: the core's worker with paho's link, threads for turns, this machine's load."""

import asyncio
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moonhop.engines.deep import make_threads_deep
from moonhop.isolation.choice import process_maker
from moonhop.isolation.nursery import Nursery
from moonhop.isolation.system import processor_time, resident
from moonhop.node.config import Config
from moonhop.node.naps import NappingProcess, Naps
from moonhop.node.paho_link import PahoLink
from moonhop.node.stuck import report
from moonhop.node.turns import TurnThreads
from moonhop_core.errors import MoonhopError
from moonhop_core.node.http import Http
from moonhop_core.node.worker import About, Worker
from moonhop_core.process.bounds import SLICE
from moonhop_core.process.program import Program

SWITCH = 0.0005  # seconds
THREADS = 256  # processes whose turns may run at the same time
LUPA = {"lua54": "lupa.lua54", "luajit": "lupa.luajit21"}


def engines_here() -> list[str]:
    """Return the names of the engines that this machine has."""
    return [name for name, module in LUPA.items() if importlib.util.find_spec(module)] + ["python"]


def make_engine(name: str) -> Callable[..., Any]:
    """Return what makes an engine of a program and a process. Raises MoonhopError."""
    from moonhop.engines.bounds import bounded
    from moonhop.engines.lupa import make_engine as make

    if name == "python":
        from moonhop.engines.python_engine import HostPythonEngine

        return bounded(HostPythonEngine, SLICE, report)
    if name not in LUPA:
        raise MoonhopError(f"there is no engine {name!r}")
    return bounded(make(name), SLICE, report)


def compile_form(program: Program, engine: str) -> None:
    """Make what an engine loads of a program, so that nothing of it is left for its start."""
    form = program.form(engine)
    if engine in LUPA:
        from moonhop.engines.lua_runtime import libraries, program_code, runtime

        runtime(engine)
        program_code(form)
        libraries(program)


class Node:
    """A running worker of this Python; ``start`` and ``stop`` it in one event loop."""

    def __init__(
        self,
        config: Config,
        make_engine: Callable[[str], Callable[..., Any]] = make_engine,
        compile: Callable[[Program, str], Any] = compile_form,
    ) -> None:
        self.config = config
        self._turns: TurnThreads | None = None
        self.nursery = Nursery()
        self._load = LoadMeter(self.nursery)
        self._make_engine = make_engine
        self._compile = compile
        self.worker: Worker | None = None
        self._naps: Naps | None = None

    async def start(self) -> None:
        """Join the fleet. Raises MoonhopError (LinkError) if the broker does not let it in."""
        config = self.config
        # A busy program of engine python gives the interpreter up this often, and the worker needs
        # it several times for each answer. (lupa's engines do not hold it at all.)
        sys.setswitchinterval(SWITCH)
        make_threads_deep()
        loop = asyncio.get_running_loop()
        self._turns = TurnThreads(loop, THREADS)
        link = PahoLink(
            config.mqtt_host,
            config.mqtt_port,
            client_id=f"{config.fleet}/{config.node}",
            user=config.user or config.node,
            password=config.password,
        )
        about = About(
            config.fleet,
            config.node,
            config.engines or engines_here(),
            tags=config.tags,
            kind="cpython",
            things=config.things,
        )
        self.worker = Worker(
            about,
            link,
            Http(config.url, config.token or config.password),
            self._make_engine,
            self._turns.run,
            loop.call_soon_threadsafe,
            self._load.measure,
            self._compile,
            process_maker(self.nursery, loop.call_soon_threadsafe, NappingProcess),
        )
        try:
            await self.worker.start()
            self._naps = Naps(self.worker)
        except BaseException:
            self._turns.close()
            raise

    async def stop(self) -> None:
        """Leave the fleet in good order."""
        if self._naps:
            await self._naps.stop()
        if self.worker:
            await self.worker.stop()
        self.nursery.close()
        if self._turns:
            self._turns.close()


class LoadMeter:
    """Measures what this OS process and its isolated processes use."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._wall = time.monotonic()
        self._cpu = self._used()

    def _used(self) -> float:
        return time.process_time() + sum(map(processor_time, self._nursery.pids()))

    def measure(self) -> dict[str, Any]:
        """Return the share of one processor since the last time, and memory in bytes."""
        wall, cpu = time.monotonic(), self._used()
        share = max(0.0, cpu - self._cpu) / max(wall - self._wall, 1e-3)  # less: one has ended
        self._wall, self._cpu = wall, cpu
        used = _resident() + self._isolated()
        return {"cpu": round(share, 3), "memory": {"used": used, "free": _available()}}

    def _isolated(self) -> int:
        """Return the bytes that the isolated processes hold: the zygote's, and what others have
        beyond it (they share it at first)."""
        sizes = [resident(pid) for pid in self._nursery.pids()]
        return sum(max(0, size - sizes[0]) for size in sizes[1:]) + sum(sizes[:1])


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _available() -> int:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
