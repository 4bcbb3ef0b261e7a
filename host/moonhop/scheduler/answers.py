"""What nodes ask the host, and what it answers (NMP-030 to NMP-032)."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moonhop.scheduler.rows import ProcessRow
from moonhop.scheduler.views import process_view
from moonhop_core.errors import MoonhopError
from moonhop_core.node.messages import (
    BAD_REQUEST,
    FAILED,
    STALE,
    UNKNOWN_PROCESS,
    UNKNOWN_VERB,
    Reply,
    Request,
    RequestError,
)

if TYPE_CHECKING:
    from moonhop.scheduler.scheduler import Scheduler

log = logging.getLogger(__name__)


class Answers:
    """Answers the requests of nodes for a scheduler."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler

    async def answer(self, node: str, payload: bytes) -> None:
        """Answer one request; what is none is logged and dropped."""
        try:
            request = Request.decode(payload)
        except RequestError as error:
            log.warning("node %s sent what is no request: %s", node, error)
            return
        if confirmed := self._scheduler.nodes.confirmed:
            await confirmed()
        try:
            reply = Reply(request.id, await self._serve(node, request))
        except RequestError as error:
            reply = Reply(request.id, None, error.code, error.text)
        except MoonhopError as error:
            reply = Reply(request.id, None, FAILED, str(error))
        topic = self._scheduler.topics.node(node, "rep")
        self._scheduler.link.publish(topic, reply.encode(), qos=1)

    async def _serve(self, node: str, request: Request) -> Any:
        if request.verb == "owner":
            return self._scheduler.coordinator.owner(request.get("pid", str))
        if request.verb == "hop":
            return await self._hop(node, request)
        raise RequestError(UNKNOWN_VERB, f"the host does not know {request.verb!r}")

    async def _hop(self, node: str, request: Request) -> Any:
        """Carry out ``hop.to`` and ``hop.away`` of a program (NMP-031)."""
        pid, epoch = request.get("pid", str), request.get("epoch", int)
        try:
            process = self._scheduler.store.process(pid)
        except MoonhopError as error:
            raise RequestError(UNKNOWN_PROCESS, str(error)) from error
        if process.node != node or process.epoch != epoch:
            raise RequestError(STALE, f"process {pid} is not the copy of node {node}")
        target = request.args.get("target")
        if target is None:
            target = self._elsewhere(process)
        elif not isinstance(target, str):
            raise RequestError(BAD_REQUEST, "hop: the target is a node's name")
        if target != node:
            await self._scheduler.hop(pid, target, "the program asked to hop")
        return {"node": target}

    def _elsewhere(self, process: ProcessRow) -> str:
        scheduler = self._scheduler
        others = [node for node in scheduler.fleet.views() if node.id != process.node]
        if not others:
            raise MoonhopError(f"no node but {process.node} is ready")
        manifest = scheduler.programs(process.program).manifest
        wanted = process_view(replace(process, wanted=None), manifest)
        placement = scheduler.policies(process.terms.policy)(others, [wanted], {})
        if process.pid not in placement.nodes:
            raise MoonhopError(f"no other node fits: {placement.unplaced[process.pid]}")
        return placement.nodes[process.pid]
