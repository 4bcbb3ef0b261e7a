"""Hops: the host leads a process from one node to another so that one copy runs at any time.

    target  prepare {pid, transfer, program, epoch+1}   refused: nothing has happened
    source  release {pid, transfer, deadline}           the image goes over, the target has it
    host    writes epoch+1 and the target               commit
    target  start {pid, epoch}
    source  drop {pid, epoch}                           at the same time

Before the commit any failure ends with ``resume`` to the source and ``abandon`` to the target;
after it the target's copy is the process, whatever becomes of the source. A node that misses its
last message asks ``owner``.
"""

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from moonhop.scheduler.requests import NodeGone
from moonhop.scheduler.rows import HopRow, ProcessRow
from moonhop.scheduler.store import Store
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import UNKNOWN_PROCESS, RequestError

PREPARE = 20.0  # seconds for the target to fetch the program and listen
RELEASE = 20.0  # seconds for the image to go over
SETTLE = 5.0  # seconds for each message that only tidies up
START_TRIES = 3


class HopError(MoonhopError):
    """A hop that did not happen; the process goes on where it was."""


class Asks(Protocol):
    """What the coordinator needs of NodeRequests."""

    async def ask(self, node: str, verb: str, args: dict[str, Any], timeout: float = 10.0) -> Any:
        """Send a request to a node and return its result."""
        ...

    async def ask_while(
        self, other: str, node: str, verb: str, args: dict[str, Any], timeout: float = 10.0
    ) -> Any:
        """The same, given up as soon as the other node is lost."""
        ...


@dataclass(frozen=True)
class HopReport:
    """A hop that happened: milliseconds of each phase, and of the whole.

    ``pause`` is the time from asking the source to stop to the target's going on; the process
    itself stands still for less, ``still`` by the source's own clock until the image was over.
    """

    pid: str
    source: str
    target: str
    epoch: int
    phases: dict[str, float] = field(default_factory=dict)
    total: float = 0.0
    pause: float = 0.0
    still: float | None = None
    image_bytes: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**self.__dict__}


class Coordinator:
    """Carries hops out and answers nodes that were left in between."""

    def __init__(self, store: Store, nodes: Asks) -> None:
        self._store = store
        self._nodes = nodes
        self._under_way: dict[str, HopRow] = {}

    async def hop(
        self, process: ProcessRow, target: str, settings: dict[str, Any], reason: str
    ) -> HopReport:
        """Bring a running process to another node; ``settings`` are the arguments of ``run``.

        Raises HopError if it stays where it is, with the reason.
        """
        if process.node is None:
            raise HopError(f"process {process.pid} does not run on any node yet")
        if process.pid in self._under_way:
            raise HopError(f"process {process.pid} is on its way already")
        hop = HopRow(
            process.pid,
            secrets.token_hex(12),
            process.node,
            target,
            process.epoch + 1,
            False,
        )
        self._under_way[hop.pid] = hop
        try:
            self._store.begin_hop(hop, reason)
            return await self._carry_out(hop, settings)
        finally:
            del self._under_way[hop.pid]

    def under_way(self, pid: str) -> bool:
        """Tell whether a hop of this process is under way."""
        return pid in self._under_way

    def owner(self, pid: str) -> dict[str, Any]:
        """Answer a node that asks whose a process is (NMP-032).

        Raises RequestError if it is over or unknown: nobody's copy goes on.
        """
        try:
            process = self._store.process(pid)
        except MoonhopError as error:
            raise RequestError(UNKNOWN_PROCESS, str(error)) from error
        if process.over:
            raise RequestError(UNKNOWN_PROCESS, f"process {pid} is over ({process.reason})")
        return {"node": process.node, "epoch": process.epoch, "pending": self.under_way(pid)}

    def settle_interrupted(self) -> None:
        """After a restart: decide the hops that were cut off, by whether they were committed.

        The nodes ask for the owner by themselves; all they need is an answer.
        """
        for hop in self._store.hops():
            if hop.committed:
                self._store.end_hop(hop, "hopped", "the host was restarted after the commit", {})
            else:
                self._store.end_hop(hop, "hop failed", "the host was restarted", {})

    # -- the steps -------------------------------------------------------------------------------

    async def _carry_out(self, hop: HopRow, settings: dict[str, Any]) -> HopReport:
        watch = Stopwatch()
        image: dict[str, Any] = {}
        try:
            about = {**settings, "pid": hop.pid, "transfer": hop.transfer, "epoch": hop.epoch}
            await self._nodes.ask(hop.target, "prepare", about, PREPARE)
            watch.lap("prepare")
            sent = await self._nodes.ask_while(
                hop.target,
                hop.source,
                "release",
                {
                    "pid": hop.pid,
                    "transfer": hop.transfer,
                    "epoch": hop.epoch - 1,
                    "deadline": RELEASE,
                },
                RELEASE + SETTLE,
            )
            image = sent if isinstance(sent, dict) else {}
            watch.lap("release")
            if not self._store.commit_hop(hop):
                raise HopError(f"process {hop.pid} changed while it was on its way")
        except BaseException as error:
            await asyncio.shield(self._undo(hop))
            self._store.end_hop(hop, "hop failed", str(error) or type(error).__name__, {})
            if isinstance(error, MoonhopError):
                raise HopError(f"process {hop.pid} stays on {hop.source}: {error}") from error
            raise
        watch.lap("commit")
        # The rest must happen even if whoever asked for the hop has gone away.
        return await asyncio.shield(self._after_commit(hop, watch, image))

    async def _after_commit(
        self, hop: HopRow, watch: "Stopwatch", image: dict[str, Any]
    ) -> HopReport:
        # The source's copy is the process no more, whether the target can be told or not.
        dropped = asyncio.ensure_future(
            self._quietly(hop.source, "drop", {"pid": hop.pid, "epoch": hop.epoch - 1})
        )
        trouble = await self._start(hop)
        watch.lap("start")
        await dropped
        watch.lap("drop")
        phases = watch.phases
        report = HopReport(
            hop.pid,
            hop.source,
            hop.target,
            hop.epoch,
            phases,
            round(sum(phases.values()), 3),
            round(phases["release"] + phases["commit"] + phases["start"], 3),
            image.get("pause_ms"),
            image.get("bytes"),
        )
        self._store.end_hop(hop, "hopped", trouble, report.as_dict())
        return report

    async def _start(self, hop: HopRow) -> str:
        """Tell the target to go on; return what went wrong, if anything did.

        It asks for the owner itself if no message reaches it, so trying is all there is to do.
        """
        trouble = ""
        for _ in range(START_TRIES):
            try:
                await self._nodes.ask(
                    hop.target, "start", {"pid": hop.pid, "epoch": hop.epoch}, SETTLE
                )
                return ""
            except NodeGone as error:
                trouble = str(error)
            except RequestError as error:
                return str(error)
        return trouble

    async def _undo(self, hop: HopRow) -> None:
        await asyncio.gather(
            self._quietly(hop.source, "resume", {"pid": hop.pid, "epoch": hop.epoch - 1}),
            self._quietly(hop.target, "abandon", {"pid": hop.pid, "epoch": hop.epoch}),
        )

    async def _quietly(self, node: str, verb: str, args: dict[str, Any]) -> None:
        """Ask a node to tidy up; one that cannot hear will find out by asking for the owner."""
        with contextlib.suppress(NodeGone, RequestError):
            await self._nodes.ask(node, verb, args, SETTLE)


class Stopwatch:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Note the time since the last lap under a name."""
        now = time.perf_counter()
        self.phases[name] = round((now - self._last) * 1000, 3)
        self._last = now
