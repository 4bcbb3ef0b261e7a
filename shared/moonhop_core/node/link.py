"""The interface between a node and whatever carries its messages.

One link is one client of the fleet's broker. All methods are called on the asyncio thread, except
`publish`, which any thread may call. Callbacks come on the asyncio thread.
"""

from array import array

from moonhop_core.errors import MoonhopError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable


class LinkError(MoonhopError):
    """The broker cannot be reached, refuses, or does not answer."""


class Link:
    """A client of the broker, with a session there that outlives a connection (NMP-050).

    on_message     called with (topic, payload, retained) for each message; `retained` is true only
                   for one that the broker had kept since before the subscription. It must keep the
                   message: the broker is told that it was taken as soon as this returns
    on_reconnect   called after the link came back by itself, when all subscriptions are in place
                   again and the birth is published
    pressed        called by links that have little memory: whether to take no more just now
    connections    how many there have been; while the link is down, the number of the last one
    forgotten      how often the broker had forgotten the session, with all that waited in it
    crowded        so much waits for a broker which is there that programs should send no more for
                   now: what the node answers waits behind it
    """

    on_message: "Callable[[str, bytes, bool], None] | None" = None
    on_reconnect: "Callable[[], None] | None" = None
    pressed: "Callable[[], bool] | None" = None
    connected = False
    connections = 0
    forgotten = 0
    crowded = False

    async def connect(self, topic: str, birth: bytes, will: bytes) -> None:
        """Connect; leave `will` as the retained last will on `topic`. What is left of an older
        session of the same name is thrown away first.

        `birth` is published there, retained, by `announce` and then after each reconnection, once
        all subscriptions are back. Raises LinkError if the broker refuses (wrong password) or,
        where the link gives up, cannot be reached. Once connected, the link reconnects by itself.
        """
        raise NotImplementedError

    def announce(self, birth: "bytes | None" = None) -> None:
        """Publish the birth, or a new one from now on."""
        raise NotImplementedError

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Send a message; returns at once. While the link is down QoS 0 is dropped, QoS 1 waits.

        Raises LinkError when too much waits.
        """
        raise NotImplementedError

    async def room(self) -> None:
        """Wait, a moment at most, until the link is not crowded."""

    async def drain(self) -> None:
        """Wait until everything published is handed to the network, QoS 1 also acknowledged."""
        raise NotImplementedError

    async def subscribe(self, filter: str, qos: int = 1) -> None:
        """Hear a filter, from when this returns. Raises LinkError if the broker refuses or the
        link is down (then the filter is heard after the reconnection all the same)."""
        raise NotImplementedError

    def subscribe_soon(self, filter: str, qos: int = 1) -> None:
        """Send the subscription now, and do not wait for the broker: it takes it before anything
        that is published later over this link."""
        raise NotImplementedError

    def unsubscribe_soon(self, filter: str) -> None:
        """Hear a filter no more; the same way."""
        raise NotImplementedError

    async def unsubscribe(self, filter: str) -> None:
        """Hear a filter no more."""
        self.unsubscribe_soon(filter)

    async def disconnect(self, farewell: "bytes | None" = None) -> None:
        """Publish `farewell` as the retained birth, if given, and leave in good order: the broker
        sends no will, and keeps nothing more for this client."""
        raise NotImplementedError


class Numbers:
    """The packet numbers of the last messages of QoS 1 that came.

    A broker sends again, with its number and a mark, what it had no acknowledgement for when a
    connection broke: if the number is known here, it was only the acknowledgement that got lost.

    Whether a session is the same is in doubt if the broker knows it, but an attempt before this
    connection got no answer: that attempt may have begun a new one.
    """

    def __init__(self, count: int):
        """`count` must not be less than the messages that a broker has under way to a client."""
        self._known = array("H", [0] * count)  # a ring; no message has the number 0
        self._older: "array[int] | None" = None  # of a session that may have ended
        self._next = 0

    def is_new(self, number: int, again: bool) -> bool:
        """Take note of a message's number; tell whether it is not one sent again in vain."""
        if again and (_holds(self._known, number) or _holds(self._older, number)):
            return False
        self._known[self._next] = number
        self._next = (self._next + 1) % len(self._known)
        return True

    def begin(self, same: bool, doubt: bool = False) -> None:
        """A connection begins: of the same session, or of a new one, which counts anew. In doubt
        the numbers of both count, until the next connection."""
        self._older = self._known if doubt else None
        if doubt or not same:
            self._known = array("H", [0] * len(self._known))


def _holds(numbers: "array[int] | None", number: int) -> bool:
    if numbers:
        for known in numbers:
            if known == number:
                return True
    return False
