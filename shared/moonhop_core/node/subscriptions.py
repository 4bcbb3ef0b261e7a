"""Which processes of a node hear what: the broker is asked once for each filter."""

from moonhop_core.node.messages import ROOT
from moonhop_core.process.topics import matches

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.node.link import Link

CHANGES = "$fs/"
THING = "$thing/"  # what this node's own sensors say; the broker never hears of it


class Subscriptions:
    """Filters and who hears them. A hearer has `hear(topic, payload)`, called once a message.

    What the broker had kept (retained) goes only to those who have just begun to hear the filter:
    the broker sends it anew for each of them.
    """

    def __init__(self, link: "Link", base: str, look: "Callable[[str, bool], Any]"):
        """`base` is what the fleet's topics begin with. Changes of files, which processes know as
        `$fs/…`, are below it at the broker (NMP-022). `look` begins or ends to read a thing."""
        self._link = link
        self._look = look
        self._files = base + "fs/"
        self._hearers: "dict[str, list[Any]]" = {}
        self._fresh: "list[tuple[str, Any]]" = []

    def add(self, filter: str, hearer: "Any") -> None:
        """Let someone hear a filter; the broker is told at once, its answer not awaited."""
        if self._enter(filter, hearer):
            if filter[:7] == THING:
                self._look(filter, True)
            else:
                self._link.subscribe_soon(self._at_broker(filter))

    async def add_and_wait(self, filter: str, hearer: "Any") -> None:
        """Let someone hear a filter; return when the broker has confirmed. Raises LinkError."""
        if filter[:7] == THING:
            self.add(filter, hearer)
            return
        self._enter(filter, hearer)
        await self._link.subscribe(self._at_broker(filter))

    def remove(self, filter: str, hearer: "Any") -> None:
        """Let someone hear a filter no more; harmless if it did not."""
        hearers = self._hearers.get(filter, [])
        if hearer not in hearers:
            return
        hearers.remove(hearer)
        self._settle(hearer, filter)
        if not hearers:
            del self._hearers[filter]
            if filter[:7] == THING:
                self._look(filter, False)
            else:
                self._link.unsubscribe_soon(self._at_broker(filter))

    def remove_all(self, hearer: "Any") -> None:
        """Let someone hear nothing more."""
        for filter in list(self._hearers):
            self.remove(filter, hearer)

    def filters(self, hearer: "Any") -> "list[str]":
        """Return what someone hears."""
        return [f for f, hearers in self._hearers.items() if hearer in hearers]

    def hearers(self, filter: str) -> "list[Any]":
        """Return who hears a filter."""
        return list(self._hearers.get(filter, ()))

    def dispatch(self, topic: str, payload: bytes, retained: bool) -> None:
        """Give a message to all whose filters match, once each (NMP-001)."""
        if topic.startswith(ROOT):
            if not topic.startswith(self._files):
                return
            topic = CHANGES + topic[len(self._files) :]
        given: "list[Any]" = []
        for filter, hearers in self._hearers.items():
            if not matches(filter, topic):
                continue
            for hearer in hearers:
                if hearer in given:
                    continue
                if retained and (filter, hearer) not in self._fresh:
                    continue
                given.append(hearer)
                if not retained and self._fresh:
                    self._settle(hearer, filter)
        for hearer in given:
            hearer.hear(topic, payload)

    def _at_broker(self, filter: str) -> str:
        return self._files + filter[4:] if filter[:4] == CHANGES else filter

    def _enter(self, filter: str, hearer: "Any") -> bool:
        hearers = self._hearers.setdefault(filter, [])
        if hearer in hearers:
            return False
        hearers.append(hearer)
        self._fresh.append((filter, hearer))
        return True

    def _settle(self, hearer: "Any", filter: str) -> None:
        if (filter, hearer) in self._fresh:
            self._fresh.remove((filter, hearer))
