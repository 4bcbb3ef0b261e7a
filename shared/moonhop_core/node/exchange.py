"""Requests to a node and its replies, and its own requests to the host (NMP-010 to 015, 030)."""

import asyncio
import gc
import sys

from moonhop_core.errors import MoonhopError
from moonhop_core.node.link import LinkError
from moonhop_core.node.messages import FAILED, Reply, Request, RequestError, decode

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from moonhop_core.node.worker import Worker

REMEMBERED = 8  # requests whose replies are kept (NMP-015)
HOST_TIMEOUT = 60  # seconds for the host to answer


class Exchange:
    """Answers requests by calling `do` with each, and asks the host."""

    def __init__(self, worker: "Worker", do: "Callable[[Request], Awaitable[Any]]"):
        self._worker = worker
        self._do = do
        self._done: "list[list[Any]]" = []  # [from, id, reply or None while at work]
        self._asked: "dict[str, Any]" = {}
        self._asking = 0

    async def ask(self, verb: str, args: "dict[str, Any]", timeout: float = HOST_TIMEOUT) -> "Any":
        """Send a request to the host and return its result (NMP-030). Raises RequestError."""
        self._asking += 1
        id = "%s-%d" % (self._worker.session, self._asking)
        waiting = self._asked[id] = [asyncio.Event(), None]
        request = Request(id, verb, args, self._worker.about.node)
        try:
            self._worker.link.publish(
                self._worker.topics.host_request(self._worker.about.node), request.encode(), 1
            )
            await asyncio.wait_for(waiting[0].wait(), timeout)
        except asyncio.TimeoutError:
            raise RequestError(FAILED, "the host does not answer")
        finally:
            del self._asked[id]
        return waiting[1].value()

    def take_request(self, payload: bytes) -> None:
        """Take a request; answer it when it is carried out, or again if it came before."""
        try:
            request = Request.decode(payload)
        except RequestError as error:
            self._refuse(payload, error)
            return
        for entry in self._done:
            if entry[0] == request.sender and entry[1] == request.id:
                if entry[2]:
                    self._reply(request.sender, entry[2])
                return
        entry = [request.sender, request.id, None]
        self._done.append(entry)
        while len(self._done) > REMEMBERED and self._done[0][2]:  # more, behind one that took long
            self._done.pop(0)
        self._worker.spawn(self._answer(request, entry))

    def _refuse(self, payload: bytes, error: RequestError) -> None:
        """Answer what is no request, if it says whom and what to answer (NMP-011)."""
        try:
            data = decode(payload)
        except RequestError:
            return
        id, sender = data.get("id"), data.get("from")
        if isinstance(id, str) and isinstance(sender, str) and sender.find("/") < 0:
            self._reply(sender, Reply(id, None, error.code, error.text).encode())

    async def _answer(self, request: Request, entry: "list[Any]") -> None:
        try:
            reply = Reply(request.id, await self._do(request))
        except RequestError as error:
            reply = Reply(request.id, None, error.code, error.text)
        except MoonhopError as error:
            reply = Reply(request.id, None, FAILED, str(error))
        except MemoryError as error:
            print_exception(error)
            gc.collect()
            reply = Reply(request.id, None, FAILED, "memory is full")
        except Exception as error:  # a request must be answered, and the node go on
            print_exception(error)
            text = "fault in moonhop: %s: %s" % (type(error).__name__, error)
            reply = Reply(request.id, None, FAILED, text)
        entry[2] = reply.encode()
        self._reply(request.sender, entry[2])

    def _reply(self, sender: str, payload: bytes) -> None:
        try:
            self._worker.link.publish(
                self._worker.topics.reply(self._worker.about.node, sender), payload, 1
            )
        except LinkError:
            pass  # whoever asked will find out by not being answered

    def take_answer(self, payload: bytes) -> None:
        """Take the host's answer to `ask`."""
        try:
            reply = Reply.decode(payload)
        except RequestError:
            return
        waiting = self._asked.get(reply.id)
        if waiting:
            waiting[1] = reply
            waiting[0].set()


def print_exception(error: Exception) -> None:
    """Print an exception with its traceback on the console."""
    try:
        import traceback
    except ImportError:  # MicroPython has its own
        sys.print_exception(error)  # type: ignore[attr-defined]
        return
    traceback.print_exception(error)
