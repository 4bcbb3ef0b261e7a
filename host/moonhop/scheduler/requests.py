"""Requests of the host to nodes, and their replies."""

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from moonhop_core.errors import MoonhopError
from moonhop_core.node.link import Link
from moonhop_core.node.messages import Reply, Request, RequestError, Topics

CLIENT = "host"
TIMEOUT = 10.0  # seconds
Confirmed = Callable[[], Awaitable[None]]


class NodeGone(MoonhopError):
    """The node that was asked does not answer, or its will came."""


class NodeRequests:
    """Asks nodes over a link; whoever owns the link hands the replies to ``take_reply``."""

    def __init__(self, link: Link, topics: Topics) -> None:
        self._link = link
        self._topics = topics
        # Nodes answer a number they know with what they answered before (NMP-015), so the numbers
        # of a host that was started again must be new.
        self._session = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._waiting: dict[str, tuple[str, asyncio.Future[Any]]] = {}
        self._lost: set[str] = set()
        self.confirmed: Confirmed | None = None  # returns as soon as this host may decide

    async def ask(
        self, node: str, verb: str, args: dict[str, Any], timeout: float = TIMEOUT
    ) -> Any:
        """Send a request and return its result.

        Raises RequestError if the node refuses, NodeGone if it is lost before it answers or does
        not answer within ``timeout`` seconds; then nobody knows whether it did as asked.
        """
        self._check(node)
        number = f"{self._session}-{next(self._numbers)}"
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = node, answer
        try:
            async with asyncio.timeout(timeout):
                if self.confirmed:
                    await self.confirmed()
                request = Request(number, verb, args, CLIENT)
                self._link.publish(self._topics.node(node, "req"), request.encode(), qos=1)
                return await answer
        except TimeoutError:
            raise NodeGone(f"node {node} did not answer {verb!r} in {timeout:g} s") from None
        finally:
            del self._waiting[number]

    def take_reply(self, payload: bytes) -> None:
        """Take the payload of a reply; one that nobody waits for is dropped."""
        reply = Reply.decode(payload)
        _, answer = self._waiting.get(reply.id, ("", None))
        if answer is None or answer.done():
            return
        try:
            answer.set_result(reply.value())
        except RequestError as error:
            answer.set_exception(error)

    async def ask_while(
        self, other: str, node: str, verb: str, args: dict[str, Any], timeout: float = TIMEOUT
    ) -> Any:
        """Ask a node for something that needs another node too; raises NodeGone as soon as either
        is lost."""
        self._check(other)
        number = f"{self._session}-{next(self._numbers)}"
        lost: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = other, lost
        asked = asyncio.ensure_future(self.ask(node, verb, args, timeout))
        try:
            await asyncio.wait([asked, lost], return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                await lost
            return await asked
        finally:
            asked.cancel()
            lost.cancel()
            del self._waiting[number]

    def lose(self, node: str) -> None:
        """Fail all requests to a node that is gone, until it is found again."""
        self._lost.add(node)
        for waited, answer in self._waiting.values():
            if waited == node and not answer.done():
                answer.set_exception(NodeGone(f"node {node} is gone"))

    def find(self, node: str) -> None:
        """Note that a node is there (again)."""
        self._lost.discard(node)

    def _check(self, node: str) -> None:
        if node in self._lost:
            raise NodeGone(f"node {node} is gone")
