"""Processes that are there for a shell only: they live as long as somebody is at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING

from moonhop.programs.store import ProgramStore
from moonhop.scheduler.rows import NewProcess, ProcessRow, Terms
from moonhop_core.errors import MoonhopError
from moonhop_core.process.program import program_hash

if TYPE_CHECKING:
    from moonhop.scheduler.scheduler import Scheduler

NAME = "shell"
PROGRAM = b"""--! name = "shell"
-- There for what somebody enters at a shell.
while true do sleep(86400) end
"""
START = 30.0  # seconds; a board fetches the program first
LONG = 3600.0  # seconds


class Shells:
    """Opens shells on nodes for a scheduler."""

    def __init__(self, scheduler: "Scheduler", programs: ProgramStore) -> None:
        self._scheduler = scheduler
        self._programs = programs  # it is there from the first shell on
        self._program = program_hash(PROGRAM.decode())

    def end_left_over(self) -> None:
        """End what was open when the host ended; call it before the nodes are heard. A node that
        has the process yet is told to end it, as a copy that is none any more."""
        for row in list(self._scheduler.store.live()):
            if row.program == self._program and row.name == NAME:
                self._scheduler.store.set_state(row.pid, "stopped", "its shell went with the host")

    async def open(self, node: str) -> AsyncIterator[ProcessRow]:
        """Start a process for a shell on a node and give it; end it when whoever wanted it is gone,
        or give it once more when it is over. Raises MoonhopError."""
        scheduler = self._scheduler
        await asyncio.to_thread(self._programs.add, PROGRAM, "shell.lua")
        new = NewProcess(NAME, self._program, [], node, terms=Terms(recover="never"))
        pid = scheduler.submit(new, "somebody opened a shell").pid
        try:
            row = await scheduler.wait_started(pid, START)
            if row.state != "running":
                raise MoonhopError(f"no shell on node {node}: {row.reason}")
            yield row
            while not await scheduler.wait_until(lambda: scheduler.store.process(pid).over, LONG):
                pass
            yield scheduler.store.process(pid)
        finally:
            scheduler.spawn(self._end(pid))

    async def _end(self, pid: str) -> None:
        if not self._scheduler.store.process(pid).over:
            with suppress(MoonhopError):  # its node is gone: it is not recovered
                await self._scheduler.end(pid, "kill", "its shell was closed")
