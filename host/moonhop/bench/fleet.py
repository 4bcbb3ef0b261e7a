"""A fleet for a measurement: a host with real workers on this machine, and somebody who listens."""

import asyncio
import contextlib
import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from moonhop.broker.access import HOST
from moonhop.host import Host
from moonhop.local_workers import Worker
from moonhop.node.paho_link import PahoLink
from moonhop.scheduler.rows import NewProcess, ProcessRow
from moonhop.scheduler.scheduler import Patience
from moonhop.state import State
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import Topics, encode

PATIENCE = 60.0  # seconds
HEAP = "512K"  # of the MicroPython worker


class Fleet:
    """``async with Fleet(cpython=2) as fleet:`` has the nodes n1, n2, … and perhaps ``board``."""

    def __init__(
        self, cpython: int = 1, micropython: bool = False, patience: Patience | None = None
    ) -> None:
        self._cpython = cpython
        self._patience = patience
        self._micropython = micropython
        self._stack = contextlib.AsyncExitStack()
        self._came = asyncio.Condition()
        self.heard: dict[str, list[str]] = defaultdict(list)  # topic -> payloads
        self.workers: dict[str, Worker] = {}

    async def __aenter__(self) -> "Fleet":
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        home = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="moonhop-bench-"))
        host = Host(State("bench", Path(home)), patience=self._patience)
        self.host = await self._stack.enter_async_context(host)
        start = self.host.workers
        for number in range(1, self._cpython + 1):
            worker = await start.start_cpython(self.host.add_node(f"n{number}"))
            self.workers[worker.node] = worker
        if self._micropython:
            worker = await start.start_micropython(self.host.add_node("board"), HEAP)
            self.workers[worker.node] = worker
        for worker in self.workers.values():
            await self.host.wait_for_worker(worker)
        await self._listen()

    async def _listen(self) -> None:
        address = self.host.address
        link = PahoLink(
            address.mqtt_host,
            address.mqtt_port,
            client_id="bench",
            user=HOST,
            password=self.host.credentials.host,
        )
        link.on_message = self._take
        topic = Topics(address.fleet).base + "observer/bench"
        await link.connect(topic, encode({"state": "ready"}), encode({"state": "lost"}))
        self._stack.push_async_callback(link.disconnect)
        await link.subscribe("bench/#")

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        self.heard[topic].append(payload.decode("latin-1"))

    async def run(self, source: str, name: str, node: str, *args: object) -> ProcessRow:
        """Start a program on a node; return when it runs. Raises MoonhopError if it does not."""
        program = self.host.programs.add(source.encode("latin-1"), f"{name}.lua")
        scheduler = self.host.scheduler
        new = NewProcess(name, program.hash, [str(arg) for arg in args], node)
        row = scheduler.submit(new)
        row = await scheduler.wait_started(row.pid, PATIENCE)
        if row.state not in ("running", "ended"):
            raise MoonhopError(f"{name} does not run on {node}: {row.state}: {row.reason}")
        return row

    async def wait_heard(self, topic: str, count: int, pid: str) -> list[str]:
        """Wait until so many messages came on a topic. Raises MoonhopError if `pid` fails."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while len(self.heard[topic]) < count:
            row = self.host.store.process(pid)
            if (row.over and row.state != "ended") or loop.time() > deadline:
                raise MoonhopError(
                    f"only {len(self.heard[topic])} of {count} messages came on {topic};"
                    f" {row.name} is {row.state}: {row.reason}"
                )
            await asyncio.sleep(0.005)
        return self.heard[topic]

    async def wait_json(self, topic: str, pid: str) -> Any:
        """Return the first JSON value that comes on a topic."""
        return json.loads((await self.wait_heard(topic, 1, pid))[0])

    def memory(self, node: str) -> int:
        """Return the bytes that a worker and its isolated processes hold, each page once."""
        return sum(proportional(pid) for pid in family(self.workers[node].pid))


def family(pid: int) -> list[int]:
    """Return a process's id and those of all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [pid, *(each for child in children for each in family(int(child)))]


def proportional(pid: int) -> int:
    """Return the bytes that a process holds, of each shared page its share."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    found = {line.split(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
    return int(found["Pss"]) * 1024
