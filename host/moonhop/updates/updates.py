"""One board's update over the air, led by the host (NMP-060 to NMP-064).

The board is asked what it runs; its processes hop away where they can; it fetches the new set; what
is left on it leaves with a checkpoint; it is told to try the set, and has to be born with it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from moonhop.boards.catalog import Catalog
from moonhop.boards.deploying import mpy_version
from moonhop.boards.schema import CHIPS
from moonhop.boards.sets import CONFIG, BoardSet, list_file, name_of
from moonhop.scheduler.fleet import NodeState
from moonhop.scheduler.images import Images
from moonhop.scheduler.requests import NodeGone
from moonhop.scheduler.scheduler import Scheduler
from moonhop.updates.shelf import Shelf
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import UNKNOWN_VERB, RequestError

WAIT = 300.0  # seconds to be born again: two boots, and what a set on trial has for the broker
FETCH = 900.0  # seconds for a board to fetch a set
AWAY = 30.0  # seconds for processes to hop away
IMAGES = 60.0  # seconds for checkpoints of those that cannot
OWN = ("fleet", "node", "user", "password", "token")  # who a node is: only a deploy changes that

SAME, RUNNING, UPDATED, ROLLED_BACK, FAILED = "same", "running", "updated", "rolled back", "failed"

log = logging.getLogger(__name__)


@dataclass
class Update:
    """How far a board's update is: ``state`` is one of the words above; ``step`` what is being
    done; ``before``, ``set`` and ``runs`` are names of sets: what it ran, is to run, and runs
    in the end; ``fetched`` and ``copied`` are bytes."""

    node: str
    state: str = RUNNING
    step: str = "asks the board what it runs"
    before: str = ""
    set: str = ""
    fetched: int = 0
    copied: int = 0
    runs: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Change:
    """What is to change besides the worker: keys of the board's configuration, None removes one;
    size and hash of a firmware that is on the shelf."""

    config: dict[str, Any]
    firmware: list[Any] | None = None

    @property
    def args(self) -> dict[str, Any]:
        """The arguments of a request that say so."""
        return {"config": self.config, **({"firmware": self.firmware} if self.firmware else {})}


@dataclass(frozen=True)
class Plan:
    """What an update would do: bring a board from one set to another, the same if it has it, and
    whether it gets a firmware."""

    node: str
    before: str
    set: str
    firmware: bool


class Updates:
    """Updates boards for a scheduler."""

    def __init__(self, scheduler: Scheduler, images: Images, own_boards: Path) -> None:
        """``own_boards``: the folder with kinds of boards of the fleet's own."""
        self.shelf = Shelf()
        self._own_boards = own_boards
        self._scheduler = scheduler
        self._images = images
        self._updates: dict[str, Update] = {}
        self._news = asyncio.Event()  # another one after each change

    def start(self, node: str, change: Change, wait: float) -> Update:
        """Begin to update a board, unless that is under way. Raises MoonhopError if it cannot be
        updated."""
        known = self._updates.get(node)
        if known and known.state == RUNNING:
            return known
        self._board(node, change)
        update = self._updates[node] = Update(node)
        self._scheduler.spawn(self._run(update, change, wait))
        return update

    def state(self, node: str) -> Update:
        """Return how far it is. Raises MoonhopError if this host has not updated the board."""
        if node not in self._updates:
            raise MoonhopError(f"this host knows of no update of {node!r}; start it again")
        return self._updates[node]

    async def follow(self, node: str) -> AsyncIterator[Update]:
        """Give how far it is, and again at each change until it has ended. Raises MoonhopError as
        ``state`` does."""
        update, told = self.state(node), None
        while True:
            news, now = self._news, replace(update)
            if now != told:
                yield now
                told = now
            if now.state != RUNNING:
                return
            await news.wait()

    def _step(self, update: Update, step: str) -> None:
        """Note what is being done; wake those who follow it."""
        update.step = step
        self._news.set()
        self._news = asyncio.Event()

    async def plan(self, node: str, change: Change) -> Plan:
        """Say what an update would do. Raises MoonhopError."""
        try:
            before, wanted = await self._wanted(self._board(node, change), change)
        except RequestError as error:
            raise MoonhopError(f"node {node}: {_told(error)}") from None
        return Plan(node, before, wanted.name, bool(wanted.firmware))

    def _board(self, node: str, change: Change) -> NodeState:
        """Return a board that is there and can be updated. Raises MoonhopError."""
        own = ", ".join(key for key in OWN if key in change.config)
        if own:
            raise MoonhopError(f"an update does not change {own}; use: moonhop board deploy")
        known = self._scheduler.fleet.ready_node(node)
        boot = known.birth.get("boot")
        if not boot:
            raise MoonhopError(
                f"node {node!r} is no board; update moonhop on its machine, and start it again"
            )
        if not boot.get("set"):
            raise MoonhopError(
                f"the worker of {node!r} is frozen into its firmware; write it with: moonhop flash"
            )
        if change.firmware:
            self._check_firmware(known, change.firmware)
        return known

    def _check_firmware(self, node: NodeState, offered: list[Any]) -> None:
        """Raise MoonhopError unless a firmware is for a board, and can be written over the air."""
        image = self.shelf.firmware(offered[1])
        if not node.birth["boot"].get("slot"):
            raise MoonhopError(
                f"the firmware of {node.id!r} has no OTA slots; write the new one with:"
                " moonhop flash"
            )
        kind = str(node.birth.get("kind"))
        boards = Catalog(self._own_boards)
        if kind not in boards.names:
            raise MoonhopError(
                f"the host knows no board {kind!r}, which {node.id!r} is; put {kind}.toml into"
                " boards/ of the fleet's state folder, or use: moonhop board deploy"
            )
        board = boards.load(kind)
        if CHIPS[board.chip] not in (None, image.chip_id):
            raise MoonhopError(
                f"the firmware is for chip number {image.chip_id}, {node.id!r} has"
                f" {board.chip}; take one for {kind}"
            )

    async def _wanted(self, node: NodeState, change: Change) -> tuple[str, "_Wanted"]:
        """Return the name of the set that a board runs, and the set that it is to run. Raises
        MoonhopError, RequestError."""
        loads = ((node.birth.get("mpy") or {}).get("sys") or 0) & 0xFF
        made = await asyncio.to_thread(mpy_version)
        if loads != made:
            raise MoonhopError(
                f"node {node.id} loads .mpy {loads}, mpy-cross here makes {made}; write another"
                " MicroPython with: moonhop flash"
            )
        args = {"step": "ask", **change.args}
        said = await self._scheduler.nodes.ask(node.id, "update", args)
        worker = await self.shelf.worker(umqtt=said["umqtt"])
        firmware = None if said.get("firmware") else change.firmware
        return said["set"], _Wanted(worker, said["config"], firmware)

    async def _run(self, update: Update, change: Change, wait: float) -> None:
        node = self._scheduler.fleet.nodes[update.node]
        try:
            update.before, wanted = await self._wanted(node, change)
            update.set = wanted.name
            if wanted.name == update.before and not wanted.firmware:
                update.state = SAME
                return
            self._scheduler.fleet.set_updating(node.id, True)
            await self._bring(update, node, wanted, change, wait)
        except MoonhopError as error:
            update.state, update.reason = FAILED, _told(error)
        except Exception as error:
            update.state, update.reason = FAILED, f"fault in moonhop: {error!r}"
            log.exception("update of %s", node.id)
        finally:
            self._scheduler.fleet.set_updating(node.id, False)
            self._scheduler.replan()
            if update.state != SAME:
                text = f"set {update.before} to {update.set}"
                text += f": {update.reason}" if update.reason else ""
                self._scheduler.store.event(f"update {update.state}", None, node.id, text)
            self._step(update, "")

    async def _bring(
        self,
        update: Update,
        node: NodeState,
        wanted: "_Wanted",
        change: Change,
        wait: float,
    ) -> None:
        self._step(update, "has its processes hop away")
        await self._empty(node)
        self._step(update, "fetches")
        listed = self.shelf.put(wanted.list_file)
        args = {"step": "fetch", "set": wanted.name, "list": listed, **change.args}
        try:
            said = await self._scheduler.nodes.ask(node.id, "update", args, FETCH)
        finally:
            self.shelf.remove(listed[1])
        update.fetched, update.copied = said["fetched"], said["copied"]
        self._step(update, "writes checkpoints")
        await self._images.keep_all(IMAGES, node.id)
        self._step(update, "starts again")
        session, slot = node.session, (node.birth.get("boot") or {}).get("slot")
        last_step = {"step": "try", "set": wanted.name, "firmware": wanted.firmware}
        try:
            await self._scheduler.nodes.ask(node.id, "update", last_step)
        except NodeGone:
            log.info("%s did not say that it tries %s", node.id, wanted.name)  # its birth will
        await self._scheduler.wait_until(lambda: node.usable and node.session != session, wait)
        if not node.ready or node.session == session:
            raise MoonhopError(
                f"it was not born again in {wait:g} s; it goes back to its old set by itself"
            )
        boot = node.birth.get("boot") or {}
        update.runs = str(boot.get("set"))
        renewed = not wanted.firmware or boot.get("slot") != slot
        if update.runs == wanted.name and renewed:
            update.state = UPDATED
            return
        last = (boot.get("log") or "").strip().split("\n")[-1]
        update.state = ROLLED_BACK
        what = "new set" if renewed else "new firmware"
        update.reason = last or f"it did not reach the broker with the {what}"

    async def _empty(self, node: NodeState) -> None:
        """Have a board's processes hop away; those that cannot stay. Raises MoonhopError if one of
        these would be lost with the restart."""
        scheduler = self._scheduler
        scheduler.plan()

        def settled() -> bool:
            stuck = scheduler.stuck
            return all(row.pid in stuck for row in scheduler.processes_on(node.id))

        await scheduler.wait_until(settled, AWAY)
        for row in scheduler.processes_on(node.id):
            if row.terms.recover == "never":
                why = scheduler.stuck.get(row.pid, "its hop is under way")
                raise MoonhopError(
                    f"process {row.pid} cannot leave ({why}) and is not to be started again; stop"
                    " it first"
                )


def _told(error: MoonhopError) -> str:
    """Return why an update failed, in a line."""
    if isinstance(error, RequestError) and error.code == UNKNOWN_VERB:
        return "its worker is too old for updates over the air; once use: moonhop board deploy"
    return str(error)


class _Wanted:
    """A set as a board is to have it: the worker, and the configuration that only the board knows
    but for its size and hash."""

    def __init__(
        self, worker: BoardSet, config: list[Any] | None, firmware: list[Any] | None
    ) -> None:
        self.firmware = firmware  # None: the board has it, or none is wanted
        listed = dict(worker.listed)
        if config:
            listed[CONFIG] = config
        self.name = name_of(listed)
        self.list_file = list_file(worker.version, listed)
