"""Texts that people have processes evaluate, and what comes of each (NMP-070 to NMP-073)."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from moonhop.scheduler.entered import LONGEST, LONGEST_ON_BOARDS, entered
from moonhop.scheduler.fleet import NodeState
from moonhop.scheduler.requests import NodeGone
from moonhop.scheduler.rows import ProcessRow
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import RequestError

if TYPE_CHECKING:
    from moonhop.scheduler.scheduler import Scheduler

TIMEOUT = 20.0  # seconds for a node to take a text; it comes to rest first
LAST = ("done", "error")  # kinds of words after which none comes
NUMBERS = 1 << 29  # small integers on boards, too

Word = dict[str, Any]


class Evaluations:
    """Has processes evaluate for a scheduler. A word of one is ``{"kind", "text"}``: ``print`` or
    ``log`` with what it said, and last ``done``, or ``error`` with what went wrong."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler
        self._words: dict[tuple[str, int], asyncio.Queue[Word]] = {}

    async def begin(self, pid: str, text: str, name: str) -> int:
        """Have a process evaluate a text, called ``name`` in messages; return the number to
        ``follow`` it by. Raises MoonhopError, LuaSyntaxError."""
        source = await asyncio.to_thread(entered, text, name)
        number = secrets.randbelow(NUMBERS)
        self._words[pid, number] = asyncio.Queue()
        args = {"eval": number, "text": source, "name": f"={name}"}
        try:
            async with self._scheduler.lock(pid):
                process, node = self._place(pid)
                most = LONGEST_ON_BOARDS if node.birth.get("mpy") else LONGEST
                if len(source.encode()) > most:
                    raise MoonhopError(
                        f"more than {most} bytes cannot be entered at once; "
                        "run them as a program: moonhop run"
                    )
                await self._ask(process, node, "eval", args)
        except BaseException:
            del self._words[pid, number]
            raise
        return number

    async def follow(self, pid: str, number: int) -> AsyncIterator[Word]:
        """Give the words of an evaluation that was begun, as they come."""
        words = self._words[pid, number]
        try:
            while True:
                word = await words.get()
                yield word
                if word["kind"] in LAST:
                    return
        finally:
            del self._words[pid, number]

    async def interrupt(self, pid: str, number: int) -> None:
        """End an evaluation; harmless if it is over. Raises MoonhopError."""
        async with self._scheduler.lock(pid):
            process, node = self._place(pid, paused=True)
            await self._ask(process, node, "interrupt", {"eval": number})

    async def names(self, pid: str, path: list[str]) -> list[str]:
        """Return the names in the table that a path leads to from a process's globals. Raises
        MoonhopError."""
        async with self._scheduler.lock(pid):
            process, node = self._place(pid)
            found = await self._ask(process, node, "names", {"path": path})
        return [str(name) for name in found]

    def take(self, line: dict[str, Any]) -> None:
        """Take a word that a node sent; one that nobody waits for is dropped."""
        words = self._words.get((str(line["pid"]), int(line["eval"])))
        if words is not None:
            words.put_nowait({"kind": str(line["kind"]), "text": str(line["text"])})

    def lose(self, pid: str, reason: str) -> None:
        """Tell whoever waits that a process will not go on with what it was at."""
        for (whose, _), words in self._words.items():
            if whose == pid:
                words.put_nowait({"kind": "error", "text": reason})

    # -- inside ----------------------------------------------------------------------------------

    def _place(self, pid: str, *, paused: bool = False) -> tuple[ProcessRow, NodeState]:
        """Return a process and its node; a process that is paused only if that will do."""
        process = self._scheduler.running(pid)
        if process.state == "paused" and not paused:
            raise MoonhopError(f"process {pid} is paused; let it go on with: moonhop resume {pid}")
        assert process.node is not None
        return process, self._scheduler.fleet.ready_node(process.node)

    async def _ask(
        self, process: ProcessRow, node: NodeState, verb: str, args: dict[str, Any]
    ) -> Any:
        which = {"pid": process.pid, "epoch": process.epoch}
        try:
            return await self._scheduler.nodes.ask(node.id, verb, {**which, **args}, TIMEOUT)
        except (RequestError, NodeGone) as error:
            raise MoonhopError(f"node {node.id}: {error}") from error
