"""Workers on this machine, as child processes of the host.

A host that is killed leaves its workers behind; they go on, and try to come back. The next host of
the fleet finds them again: each holds a lock on a file beside its configuration while it lives.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moonhop.locks import held, take
from moonhop.state import write_private
from moonhop_core.errors import MoonhopError

STOP_TIMEOUT = 5.0  # seconds to leave in good order
LOOK = 0.02  # seconds between two looks whether a survivor has ended


@dataclass(frozen=True)
class NodeConfig:
    """What a worker needs to join a fleet: as ``user`` with ``password`` at the broker, with
    ``token`` at the server."""

    node: str
    fleet: str
    password: str
    mqtt_host: str
    mqtt_port: int
    url: str
    user: str
    token: str


class Worker:
    """A running worker process of this host."""

    def __init__(self, node: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.node = node
        self.log = log
        self.pid = process.pid
        self._process = process

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.returncode is None

    async def stop(self) -> None:
        """Have it leave in good order, or kill it; its children go with it."""
        if self.alive:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ended(), STOP_TIMEOUT)
        if self.alive:
            self.kill()
        await self.ended()

    def kill(self) -> None:
        """Kill it and its children at once."""
        self._signal(signal.SIGKILL)

    def complaint(self) -> str:
        """Return the last line it wrote to its log, for messages."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            lines = []
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")

    async def ended(self) -> None:
        """Wait until it has ended."""
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class Survivor(Worker):
    """A worker that a killed host has left; no child of this one."""

    def __init__(self, node: str, pid: int, log: Path, lock: Path) -> None:
        self.node = node
        self.log = log
        self.pid = pid
        self._lock = lock

    @property
    def alive(self) -> bool:
        """Whether it, or a child of it, runs: the node's next worker takes the same lock."""
        return held(self._lock) and self._lock.read_text(encoding="ascii") == str(self.pid)

    async def ended(self) -> None:
        """Wait until it has ended; the system does not tell that of others' children."""
        while self.alive:
            await asyncio.sleep(LOOK)


class LocalWorkers:
    """Starts workers, each in a process group of its own, and ends them all; takes over those that
    an earlier host has left in the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self.running: list[Worker] = list(self._survivors())

    def of(self, node: str) -> Worker | None:
        """Return the worker of a node that runs, if there is one."""
        return next((w for w in self.running if w.node == node and w.alive), None)

    async def start_cpython(
        self,
        config: NodeConfig,
        engines: Sequence[str] = (),
        things: dict[str, Any] | None = None,
    ) -> Worker:
        """Start a worker on CPython with this node's credential; with all the engines that this
        machine has, or those named; with sensors and actuators as boards/things.py reads them."""
        more = {"engines": list(engines), "things": things or {}}
        path = self._write(config, {**asdict(config), **more})
        command = [sys.executable, "-m", "moonhop.node", "--config", str(path)]
        return await self._start(config.node, command)

    async def start_micropython(
        self,
        config: NodeConfig,
        heap: str | None = None,
        things: dict[str, Any] | None = None,
        native: int | None = None,
    ) -> Worker:
        """Start a worker on the real MicroPython, with the files that a board gets; its heap, and
        the bytes of machine code that it takes, are those of boards/virtual.toml unless `heap` and
        `native` say otherwise. Raises MoonhopError."""
        from moonhop.boards.catalog import load_board, size_in_bytes
        from moonhop.boards.sets import build_set

        # Compiled and kept now if they are not: that takes longer than a node has to join.
        await asyncio.to_thread(build_set, umqtt=True)
        more: dict[str, Any] = {} if heap is None else {"heap": heap}
        more["native"] = size_in_bytes(load_board("virtual").native) if native is None else native
        if things:
            more["things"] = things
        path = self._write(config, {**asdict(config), **more})
        command = [sys.executable, "-m", "moonhop.boards.virtual", "--config", str(path)]
        return await self._start(config.node, command)

    async def stop(self) -> None:
        """Stop all workers."""
        await asyncio.gather(*(worker.stop() for worker in self.running))
        self.running.clear()

    def _write(self, config: NodeConfig, content: dict[str, object]) -> Path:
        path = self._folder / f"{config.node}.json"
        write_private(path, json.dumps(content).encode())
        return path

    def _survivors(self) -> Iterator[Survivor]:
        for lock in self._folder.glob("*.lock"):
            if held(lock):
                log = lock.with_suffix(".log")
                yield Survivor(lock.stem, int(lock.read_text(encoding="ascii")), log, lock)

    async def _start(self, node: str, command: list[str]) -> Worker:
        log = self._folder / f"{node}.log"
        try:
            with log.open("wb") as output, take(self._folder / f"{node}.lock") as lock:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    pass_fds=[lock.fileno()],
                )
                lock.write(str(process.pid))
        except OSError as error:
            raise MoonhopError(f"cannot start a worker: {error}; run: make setup") from error
        worker = Worker(node, process, log)
        self.running = [*(other for other in self.running if other.alive), worker]
        return worker
