"""Has placed processes run on their nodes."""

import asyncio
import logging
from typing import TYPE_CHECKING

from moonhop.scheduler.requests import NodeGone
from moonhop.scheduler.rows import ProcessRow
from moonhop.scheduler.views import run_settings
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import EXISTS, RequestError

if TYPE_CHECKING:
    from moonhop.scheduler.scheduler import Scheduler

RUN_TIMEOUT = 30.0  # seconds; a board fetches the program first
BREATH = 100  # starts begun at once
log = logging.getLogger(__name__)


class Starts:
    """Starts processes for a scheduler, from the beginning or from their images."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler

    async def start_all(self, placed: list[ProcessRow]) -> None:
        """Start processes side by side; with very many the loop gets its turns in between."""
        for number, row in enumerate(placed):
            self._scheduler.spawn(self.start(row))
            if number % BREATH == 0:
                await asyncio.sleep(0)

    async def start(self, placed: ProcessRow) -> None:
        """Have a placed process run on its node, from its image if it has one."""
        async with self._scheduler.lock(placed.pid):
            process = self._scheduler.store.process(placed.pid)
            if (process.epoch, process.state) == (placed.epoch, "starting"):
                await self._have_started(process)
        if process.app in self._scheduler.followed:
            self._scheduler.replan()
        self._scheduler.notify()

    async def _have_started(self, process: ProcessRow) -> None:
        assert process.node is not None
        node = self._scheduler.fleet.nodes[process.node]
        try:
            args = run_settings(process, node, self._scheduler.programs(process.program))
            args.update(pid=process.pid, epoch=process.epoch)
            if process.image is not None:
                args["path"] = process.image
                image = self._scheduler.read_image(process.image, node.chunk)
                if image is not None:
                    args["image"] = image
            verb = "run" if process.image is None else "restore"
            await self._scheduler.nodes.ask(node.id, verb, args, RUN_TIMEOUT)
        except NodeGone as error:
            log.info("start of %s waits: %s", process.pid, error)  # until its node comes back
            return
        except MoonhopError as error:
            if not (isinstance(error, RequestError) and error.code == EXISTS):
                process = self._scheduler.store.process(process.pid)
                self._scheduler.come_to_an_end(process, "failed", f"node {node.id}: {error}")
                self._scheduler.replan()
                return
        store = self._scheduler.store
        if store.process(process.pid).state == "starting":  # and has not ended by now
            store.set_state(process.pid, "running", process.reason, process.epoch)
