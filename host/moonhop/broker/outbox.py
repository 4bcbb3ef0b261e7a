"""What a client still has to get: one queue a session, in the broker's order.

A message of QoS 1 or 2 stays here until the client acknowledges it, over as many connections as
that takes. At most WINDOW of them are under way at a time; what comes after them waits, messages of
QoS 0 too, for a hop's mark must keep its place among all (NMP-041).
"""

import logging
from collections import deque
from collections.abc import Callable

from amqtt.session import OutgoingApplicationMessage, Session

from moonhop.broker.journal import Journal

WINDOW = 100  # messages sent and not acknowledged; clients remember as many (Link.REMEMBERED)
LONGEST = 10_000  # messages that wait; one more, and the oldest goes
LARGEST = 32 << 20  # bytes of them

log = logging.getLogger(__name__)


class Outgoing(OutgoingApplicationMessage):  # type: ignore[misc]  # amqtt has no types
    """A message on its way to one client; ``sent`` tells whether it was sent before."""

    __slots__ = ("sent",)

    def __init__(self, number: int | None, topic: str, qos: int, data: bytes, retain: bool) -> None:
        super().__init__(number, topic, qos, data, retain)
        self.sent = False


Send = Callable[[Outgoing, bool], None]  # the message; whether it was sent before


class Outbox:
    """The queue of one session; ``send`` writes to its client while that is connected."""

    def __init__(self, session: Session, journal: Journal) -> None:
        self.session = session
        self.journal = journal
        self._send: Send | None = None
        self._unsent: deque[Outgoing] = deque()  # of this connection
        self._flying: set[int] = set()
        self._size = 0
        self._full = False

    @property
    def empty(self) -> bool:
        """Whether nothing waits for the client."""
        return not self.session.inflight_out

    def put(self, topic: str, data: bytes, qos: int, retain: bool) -> int | None:
        """Take a message; return the number it has, if it has one. It is sent by ``pump``, when
        the journal has it: else a broker that is killed in between would give the same number to
        another message, or this message anew.

        While the client is away, one of QoS 0 is dropped.
        """
        if qos:
            number: int = self.session.next_packet_id
            message = Outgoing(number, topic, qos, data, retain)
            self.keep(message)
        elif self._send is None or len(self._unsent) >= LONGEST:
            return None
        else:
            message = Outgoing(None, topic, 0, data, retain)
        if self._send is not None:
            self._unsent.append(message)
        return message.packet_id if qos else None

    def keep(self, message: Outgoing) -> None:
        """Have a message wait for its acknowledgement; bound what waits."""
        waiting = self.session.inflight_out
        waiting[message.packet_id] = message
        self._size += len(message.data)
        while len(waiting) > LONGEST or self._size > LARGEST:
            oldest = next((n for n in waiting if n not in self._flying), None)
            if oldest is None or oldest == message.packet_id:
                return
            if not self._full:
                self._full = True
                log.warning(
                    "too many messages wait for client %s: the oldest are dropped",
                    self.session.client_id,
                )
            self._drop(oldest)

    def _drop(self, number: int) -> Outgoing | None:
        message: Outgoing | None = self.session.inflight_out.pop(number, None)
        if message is not None:
            self._size -= len(message.data)
            if not self.session.clean_session:
                self.journal.done(self.session.client_id, number)
        return message

    def confirm(self, number: int) -> None:
        """The client has a message."""
        self._flying.discard(number)
        self._drop(number)
        if not self.session.inflight_out:
            self._full = False
        self.pump()

    def connect(self, send: Send) -> None:
        """Send what waits, first what was sent before and not acknowledged (MQTT 3.1.1, 4.4)."""
        self._flying.clear()
        self._unsent = deque(self.session.inflight_out.values())
        self._send = send
        self.pump()

    def disconnect(self) -> None:
        """Keep from now on what comes."""
        self._send = None
        self._unsent.clear()
        self._flying.clear()

    def pump(self) -> None:
        """Send what waits, as far as the window goes."""
        unsent = self._unsent
        while unsent and self._send and (not unsent[0].qos or len(self._flying) < WINDOW):
            message = unsent.popleft()
            if message.qos:
                if message.packet_id not in self.session.inflight_out:
                    continue  # dropped meanwhile
                self._flying.add(message.packet_id)
            again, message.sent = message.sent, True
            self._send(message, again)
