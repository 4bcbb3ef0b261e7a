"""Images of processes in the fleet's files: checkpoints taken in time, snapshots, copies.

A checkpoint lies in ``checkpoints/PID/EPOCH.image``: a late write of a copy that is the process no
more spoils no newer one. The store knows which file is the good one.
"""

import asyncio
import contextlib
import json
import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from moonhop.files.errors import FileError
from moonhop.files.paths import CHECKPOINTS
from moonhop.files.store import FileStore
from moonhop.scheduler.plan import LIVE
from moonhop.scheduler.requests import NodeGone
from moonhop.scheduler.rows import NewProcess, ProcessRow, Terms
from moonhop.scheduler.scheduler import Scheduler
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import RequestError

STEP = 0.25  # seconds between two looks for what is due
HANDS = 8  # checkpoints under way at a time
TIMEOUT = 60.0  # seconds for one
FORMAT = 1  # of a snapshot's head
OF_PROCESS = re.compile(rf"{CHECKPOINTS}/(?:copy-)?([^/-]+)[/-][^/]+\.image")

log = logging.getLogger(__name__)


class Images:
    """Takes and keeps images for a scheduler."""

    def __init__(self, scheduler: Scheduler, files: FileStore) -> None:
        self._scheduler = scheduler
        self._files = files
        self._under_way: set[str] = set()
        self._hands = asyncio.Semaphore(HANDS)
        self._tried: dict[str, float] = {}  # pid: when, by the scheduler's clock

    async def keep(self) -> None:
        """Take checkpoints for ever, each process's in its own interval, those first that are due
        for longest; a failed one is tried again after the next."""
        while True:
            rows = [(self._late(row), row.pid) for row in self._scheduler.store.live()]
            for _, pid in sorted((each for each in rows if each[0] >= 0), reverse=True):
                await self._hands.acquire()
                row = self._scheduler.store.process(pid)
                if self._late(row) >= 0:  # still
                    self._under_way.add(pid)
                    self._scheduler.spawn(self._checkpoint(row))
                else:
                    self._hands.release()
            await asyncio.sleep(STEP)

    def _late(self, row: ProcessRow) -> float:
        """Return for how many seconds a process's checkpoint has been due; below 0: it is not."""
        if row.state not in LIVE or row.pid in self._under_way:
            return -1.0
        interval = self.interval(row)
        last = max(row.imaged, self._tried.get(row.pid, row.created))
        return -1.0 if interval is None else self._scheduler.clock() - last - interval

    def interval(self, row: ProcessRow) -> float | None:
        """Return the seconds from one checkpoint of a process to the next; None: it has none."""
        if row.terms.checkpoint is not None:
            return row.terms.checkpoint
        with contextlib.suppress(MoonhopError):  # its program is gone: its node will say so
            found = self._scheduler.programs(row.program).manifest.get("checkpoint")
            return None if found is None else float(found)
        return None

    async def keep_all(self, timeout: float, node: str | None = None) -> None:
        """Have all that is to go on from a checkpoint leave its node with one, in at most so many
        seconds: the nodes are about to end, or the one that is named."""
        rows = [row for row in self._scheduler.store.live() if row.state in LIVE]
        due = [r for r in rows if r.terms.recover == "checkpoint" and node in (None, r.node)]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await asyncio.gather(*map(self._keep_one, due))

    async def _keep_one(self, row: ProcessRow) -> None:
        await self._hands.acquire()
        self._under_way.add(row.pid)
        await self._checkpoint(row, last=True)

    async def _checkpoint(self, row: ProcessRow, last: bool = False) -> None:
        self._tried[row.pid] = self._scheduler.clock()
        path = f"{CHECKPOINTS}/{row.pid}/{row.epoch}.image"
        try:
            said = await self._write(row, path, last)
        except (NodeGone, RequestError) as error:
            log.info("no checkpoint of %s: %s", row.pid, error)
        else:
            self._scheduler.store.set_image(row.pid, row.epoch, path, said)
            self._forget(row.pid, but=self._scheduler.store.process(row.pid).image)
        finally:
            self._under_way.discard(row.pid)
            self._hands.release()

    async def _write(self, row: ProcessRow, path: str, last: bool = False) -> dict[str, Any]:
        """Have a node write an image of a process to a file, as the ``last`` that it does with it
        if asked. Raises NodeGone, RequestError."""
        assert row.node is not None
        args = {
            "pid": row.pid,
            "epoch": row.epoch,
            "path": path,
            **({"last": True} if last else {}),
        }
        said = await self._scheduler.nodes.ask(row.node, "snapshot", args, TIMEOUT)
        return said if isinstance(said, dict) else {}

    def sweep(self) -> None:
        """Remove what is left of processes that are over."""
        with contextlib.suppress(FileError):  # there is no such folder yet
            for entry in self._files.walk(CHECKPOINTS):
                pid = entry.name
                if pid not in {row.pid for row in self._scheduler.store.live()}:
                    self._forget(pid, but=None)

    def _forget(self, pid: str, but: str | None) -> None:
        """Remove a process's files, except one."""
        with contextlib.suppress(FileError):  # somebody else removed it
            for entry in self._files.walk(f"{CHECKPOINTS}/{pid}"):
                if entry.path != but:
                    self._files.remove(entry.path)
            if but is None:
                self._files.remove(f"{CHECKPOINTS}/{pid}")

    # -- what people ask -------------------------------------------------------------------------

    async def snapshot(self, pid: str) -> Iterator[bytes]:
        """Return a process as a file that ``restore`` takes, here or in another fleet: a line of
        JSON with its source, then its image. It runs on. Raises MoonhopError."""
        row = self._scheduler.store.process(pid)
        path = await self._image_of(row)
        program = self._scheduler.programs(row.program)
        head = {
            "moonhop-snapshot": FORMAT,
            "name": row.name,
            "file": program.name,
            "source": program.source,
            "args": row.args,
            "terms": row.terms.as_dict(),
        }
        return self._pieces(json.dumps(head).encode() + b"\n", path)

    def _pieces(self, head: bytes, path: str) -> Iterator[bytes]:
        try:
            yield head
            yield from self._files.open(path).chunks()
        finally:
            self._files.remove(path)

    async def clone(self, pid: str) -> ProcessRow:
        """Start a second process that goes on from where a process is. Raises MoonhopError."""
        row = self._scheduler.store.process(pid)
        path = await self._image_of(row)
        return self._begin(replace(_new(row), image=path), f"a copy of {pid}")

    def restore(self, head: bytes, image: Iterator[bytes], add: Any) -> ProcessRow:
        """Start a process from a snapshot's file; ``add(source, name)`` keeps its program.

        Raises MoonhopError if it is none.
        """
        try:
            found = json.loads(head)
            version = found["moonhop-snapshot"]
            source, name, file = found["source"].encode("latin-1"), found["name"], found["file"]
            args, terms = list(found["args"]), Terms.from_dict(found["terms"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise MoonhopError("this is no snapshot; make one with: moonhop snapshot") from None
        if version != FORMAT:
            raise MoonhopError(f"the snapshot is of format {version}, this host reads {FORMAT}")
        program = add(source, file)
        path = f"{CHECKPOINTS}/restore-{secrets.token_hex(8)}.image"
        self._files.write(path, image)
        terms = replace(terms, after=())  # the others of its application need not be here
        new = NewProcess(name, program.hash, args, terms=terms, image=path)
        return self._begin(new, "restored from a file")

    def _begin(self, new: NewProcess, reason: str) -> ProcessRow:
        return self._scheduler.submit(new, reason)

    async def _image_of(self, row: ProcessRow) -> str:
        """Have an image of a process written now; return its path. Raises MoonhopError."""
        if row.state not in LIVE:
            raise MoonhopError(f"process {row.pid} is {row.state} ({row.reason}); it must run")
        path = f"{CHECKPOINTS}/copy-{row.pid}-{secrets.token_hex(8)}.image"
        try:
            await self._write(row, path)
        except RequestError as error:
            raise MoonhopError(f"node {row.node}: {error.text}") from None
        return path


def process_of(path: str) -> str | None:
    """Return the process whose image a node may be asked to write to a path; None: of none."""
    match = OF_PROCESS.fullmatch(path)
    return match[1] if match else None


def read_small(files: FileStore, path: str, most: int) -> str | None:
    """Return an image of at most so many bytes; None if it is larger or cannot be read."""
    try:
        content = files.open(path)
        return None if content.entry.size > most else content.read().decode()
    except (FileError, UnicodeDecodeError):  # the node will say what is wrong
        return None


def _new(row: ProcessRow) -> NewProcess:
    return NewProcess(row.name, row.program, row.args, terms=replace(row.terms, after=()))
