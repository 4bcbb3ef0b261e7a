"""The host's own link to the broker that runs inside it: no socket, no packets, the same messages.

Nothing can break it off, so it needs no will: a host that dies takes the broker with it.
"""

import asyncio
import logging
import threading
from collections.abc import Callable

from moonhop_core.node.link import Link

log = logging.getLogger(__name__)

Route = Callable[[str, bytes, int, bool], None]


class InsideLink(Link):
    """A client of the broker in this process; made by ``EmbeddedBroker.link``."""

    def __init__(
        self,
        route: Route,
        matches: Callable[[str, str], bool],
        kept: Callable[[], list[tuple[str, bytes]]],
        leave: Callable[["InsideLink"], None],
    ) -> None:
        """``route`` takes (topic, payload, qos, retain), ``matches`` (topic, filter); ``kept``
        gives the retained messages; ``leave`` is called at the end."""
        self._route = route
        self._matches = matches
        self._kept = kept
        self._leave = leave
        self._filters: dict[str, None] = {}
        self._topic = ""
        self._birth: bytes | None = None
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message that the broker routes, if it is for this link. It is handled at once: who
        published it gets its acknowledgement only afterwards."""
        if any(topic == filter or self._matches(topic, filter) for filter in self._filters):
            self._handle(topic, payload, False)

    async def connect(self, topic: str, birth: bytes, will: bytes) -> None:
        """Be connected."""
        self._topic, self._birth = topic, birth
        self.connected = True
        self.connections = 1

    def announce(self, birth: bytes | None = None) -> None:
        """Publish the birth."""
        self._birth = birth or self._birth
        if self._birth is not None:
            self.publish(self._topic, self._birth, 1, True)

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Send a message, from any thread."""
        if threading.get_ident() == self._thread:
            self._route(topic, payload, qos, retain)
        else:
            self._loop.call_soon_threadsafe(self._route, topic, payload, qos, retain)

    async def drain(self) -> None:
        """The broker has everything as soon as it is published."""

    async def subscribe(self, filter: str, qos: int = 1) -> None:
        """Hear a filter."""
        self.subscribe_soon(filter, qos)

    def subscribe_soon(self, filter: str, qos: int = 1) -> None:
        """Hear a filter, and first of all what the broker has kept for it."""
        self._filters[filter] = None
        for topic, payload in self._kept():
            if topic == filter or self._matches(topic, filter):
                self._loop.call_soon(self._handle, topic, payload, True)

    def unsubscribe_soon(self, filter: str) -> None:
        """Hear a filter no more."""
        self._filters.pop(filter, None)

    async def disconnect(self, farewell: bytes | None = None) -> None:
        """Publish the farewell, and leave."""
        if farewell is not None:
            self.publish(self._topic, farewell, 1, True)
        self.connected = False
        self._leave(self)

    def _handle(self, topic: str, payload: bytes, retained: bool) -> None:
        if self.connected and self.on_message:
            try:
                self.on_message(topic, payload, retained)
            except Exception:  # a fault here must not end the connection of who published it
                log.exception("message on %s", topic)
