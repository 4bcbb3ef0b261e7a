"""amqtt's broker with routing and rights of our own.

What amqtt 0.12 does that a fleet cannot live with, and what is done here instead:

  - a new client gets the retained messages of everybody's subscriptions: only of its own;
  - a subscription made while a message is on its way loses the message: routing is one step;
  - a client gets a message once for each of its filters that match: once, as with mosquitto;
  - a filter that nobody hears any more stays in the table: it goes;
  - a will is published unchecked: a client whose will it may not publish is refused;
  - a stranger who knows a client's id ends its session before the password is asked: asked first;
  - a connection that does not begin with a CONNECT stays open: it is closed;
  - what waits for a client that is away goes out before or after what comes then: in order, and
    what is retained is not sent to it again;
  - a message of QoS 1 that a client sends again after a broken connection counts twice: once;
  - a session taken over is left to linger, and its will "lost" may come after the new birth: the
    old one ends, will and all, before the new one begins.
"""

import asyncio
import contextlib
from typing import Any

from amqtt.broker import RetainedApplicationMessage
from amqtt.contexts import Action
from amqtt.errors import MQTTError
from amqtt.mqtt.connack import BAD_USERNAME_PASSWORD, NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import Subscription, UnSubscription
from amqtt.session import Session

from moonhop.broker.access import HOST, RESERVED, Access
from moonhop.broker.connection import Connection
from moonhop.broker.inside import InsideLink
from moonhop.broker.journal import Journal
from moonhop.broker.sessions import SessionBroker

CONNECT_TIMEOUT = 10.0  # seconds for a client to say who it is
TAKE_OVER = 5.0  # seconds a taken-over session may need to end
REFUSED = 0x80  # in place of the QoS granted
ROUTES = 4096  # topics whose hearers are remembered


class RoutingBroker(SessionBroker):
    """The broker itself; EmbeddedBroker starts and stops it."""

    def __init__(
        self, config: dict[str, Any], access: Access, journal: Journal | None = None
    ) -> None:
        super().__init__(config, access, journal)
        self.opened = asyncio.Event()  # nodes wait for it, the host does not
        self.inside: list[InsideLink] = []  # clients in this process
        self._routes: dict[str, list[tuple[Session, int]]] = {}  # topic -> who hears it, and QoS

    # -- connecting ------------------------------------------------------------------------------

    async def _initialize_client_session(
        self, reader: Any, writer: Any, remote_address: str, remote_port: int
    ) -> tuple[Connection, Session]:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                return await self._admit(reader, writer)
        except Exception as error:  # whatever a stranger sent: the connection ends
            with contextlib.suppress(Exception):
                await writer.close()
            raise MQTTError(str(error)) from error

    async def _admit(self, reader: Any, writer: Any) -> tuple[Connection, Session]:
        connection, session = await Connection.init_from_connect(
            reader, writer, self.plugins_manager
        )
        await self._check(session, writer)
        if session.username != HOST:
            await self.opened.wait()
        connection.user = session.username
        connection.publish = self._published
        connection.subscribe = self._subscribed
        connection.unsubscribe = self._unsubscribed
        await self._take_over(session.client_id)
        _, session = await self._session_for(session)
        return connection, session

    async def _check(self, session: Session, writer: Any) -> None:
        """Refuse a client whose password, client id or will is wrong."""
        code = None
        if not self.access.knows(session.username, session.password):
            code = BAD_USERNAME_PASSWORD
        elif (
            session.will_flag
            and not self.access.may_publish(session.username, session.will_topic or "")
        ) or self._belongs_to_another(session):
            code = NOT_AUTHORIZED
        if code is None:
            return
        await ConnackPacket.build(0, code).to_stream(writer)
        raise MQTTError(f"refused {session.username!r}")

    def _belongs_to_another(self, session: Session) -> bool:
        known = self._sessions.get(session.client_id)
        return known is not None and known[0].username != session.username

    async def _take_over(self, client_id: str | None) -> None:
        """End a session of the same client that still believes it is connected."""
        known = self._sessions.get(client_id)
        if known and isinstance(known[1], Connection) and not known[1].finished.is_set():
            if known[1].writer is not None:
                known[1].cut()
            try:
                await asyncio.wait_for(known[1].finished.wait(), TAKE_OVER)
            except TimeoutError:
                raise MQTTError(f"{client_id} is still connected") from None

    async def _authenticate(self, session: Session, _: Any) -> bool:
        return True  # done in _check, before anything else

    async def _handle_disconnect(
        self, client_session: Session, handler: Connection, disconnect_waiter: Any
    ) -> None:
        try:
            await super()._handle_disconnect(client_session, handler, disconnect_waiter)
        finally:
            known = self._sessions.get(client_session.client_id)
            if known and known[0] is client_session:
                if client_session.clean_session or not self._is_of_use(client_session):
                    await self._delete_session(client_session.client_id)
                else:
                    self._wait_for(client_session)
            handler.finished.set()

    async def kick(self, user: str) -> None:
        """Break off a user's connections and forget its sessions."""
        for client_id, (session, connection) in list(self._sessions.items()):
            if session.username == user:
                if isinstance(connection, Connection) and connection.writer is not None:
                    connection.cut()
                await self._delete_session(client_id)

    # -- publishing ------------------------------------------------------------------------------

    def _published(
        self, source: Connection, number: int, topic: str, data: bytes, qos: int, retain: bool
    ) -> bool:
        """Route a client's message; a message it has no right to is dropped, as MQTT 3.1.1 asks.

        Returns False if the message is not one: the client is then cut off.
        """
        if not topic or "+" in topic or "#" in topic or "\0" in topic:
            return False
        if self.access.may_publish(source.user, topic):
            self._route(topic, data, qos, source.session, number)
            if retain:
                self._retain(topic, data, qos)
        return True

    def link(self) -> InsideLink:
        """Return a link for this process itself, which may do everything."""
        made = InsideLink(self._published_inside, self._matches, self._kept, self.inside.remove)
        self.inside.append(made)
        return made

    def _published_inside(self, topic: str, data: bytes, qos: int, retain: bool) -> None:
        self._route(topic, data, qos)
        if retain:
            self._retain(topic, data, qos)

    def _kept(self) -> list[tuple[str, bytes]]:
        kept = self._retained_messages.items()
        return [(topic, bytes(message.data)) for topic, message in kept]

    def _route(
        self, topic: str, data: bytes, qos: int, source: Session | None = None, number: int = 0
    ) -> None:
        copies = []
        for session, most in self._hearers(topic):
            given = session.outbox.put(topic, data, min(qos, most), False)
            if given is not None and not session.clean_session:
                copies.append((session.client_id, given, min(qos, most)))
        if copies:
            lasts = source is not None and not source.clean_session
            name = source.client_id if source is not None and lasts else ""
            self.journal.message(name, number, topic, data, copies)
        for session, _ in self._hearers(topic):
            session.outbox.pump()
        for link in self.inside:  # last: what it says to this comes after this
            link.hear(topic, data)

    def _hearers(self, topic: str) -> list[tuple[Session, int]]:
        """Return who hears a topic, each with the highest QoS of its filters."""
        known = self._routes.get(topic)
        if known is not None:
            return known
        best: dict[int, tuple[Session, int]] = {}
        for filter, subscriptions in self._subscriptions.items():
            if filter != topic and not self._matches(topic, filter):
                continue
            for session, most in subscriptions:
                if self.access.may_hear(session.username, filter, topic) and (
                    id(session) not in best or best[id(session)][1] < most
                ):
                    best[id(session)] = session, most
        if len(self._routes) >= ROUTES:
            self._routes.clear()
        found = self._routes[topic] = list(best.values())
        return found

    def _retain(self, topic: str, data: bytes, qos: int) -> None:
        if data:
            self._retained_messages[topic] = RetainedApplicationMessage(None, topic, data, qos)
        else:
            self._retained_messages.pop(topic, None)
        if not topic.startswith(RESERVED):  # nodes say their births anew by themselves
            self.journal.retained(topic, data, qos)

    async def retain_message(
        self, source_session: Session | None, topic_name: Any, data: Any, qos: int | None = None
    ) -> None:
        """Retain a will."""
        self._retain(topic_name, bytes(data or b""), qos or 0)

    async def _broadcast_message(
        self, session: Session | None, topic: str | None, data: Any, force_qos: int | None = None
    ) -> None:
        """Route a will; all else is routed where it is read."""
        self._route(topic or "", bytes(data or b""), force_qos or 0)

    async def _publish_session_retained_messages(self, session: Session) -> None:
        """Its outbox has sent a returning client what came while it was away."""

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """A returning client has had them; who subscribes gets them in `_subscribed`."""

    def _send_retained(self, session: Session, filter: str, qos: int) -> None:
        for topic, kept in self._retained_messages.items():
            if self._matches(topic, filter) and self.access.may_hear(
                session.username, filter, topic
            ):
                data, most = bytes(kept.data), min(qos, kept.qos or 0)
                number = session.outbox.put(topic, data, most, True)
                if number is not None and not session.clean_session:
                    self.journal.message("", 0, topic, data, [(session.client_id, number, most)])
                session.outbox.pump()

    # -- subscribing -----------------------------------------------------------------------------

    async def _subscribed(self, source: Connection, subscription: Subscription) -> None:
        """Enter a client's subscription; what it publishes next is routed after this."""
        session = source.session
        codes = [await self.add_subscription(each, session) for each in subscription.topics]
        granted = [
            (filter, code)
            for (filter, _), code in zip(subscription.topics, codes, strict=True)
            if code != REFUSED
        ]
        if not session.clean_session:
            for filter, qos in granted:
                self.journal.subscribed(session.client_id, filter, qos)
        await source.mqtt_acknowledge_subscription(subscription.packet_id, codes)
        for filter, qos in granted:
            self._send_retained(session, filter, qos)

    async def _unsubscribed(self, source: Connection, subscription: UnSubscription) -> None:
        await self._handle_unsubscription(source.session, source, _ready(subscription))
        for filter in subscription.topics:
            if not source.session.clean_session:
                self.journal.unsubscribed(source.session.client_id, filter)
            if filter in self._subscriptions and not self._subscriptions[filter]:
                del self._subscriptions[filter]

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        """Enter a filter; return the QoS granted, or that it was refused."""
        code: int = await super().add_subscription(subscription, session)
        self._routes.clear()
        return code

    def _del_subscription(self, a_filter: str, session: Session) -> int:
        self._routes.clear()
        deleted: int = super()._del_subscription(a_filter, session)
        return deleted

    # -- rights ----------------------------------------------------------------------------------

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        user = session.username or ""
        if action == Action.SUBSCRIBE:
            return self.access.may_subscribe(user, topic)
        if action == Action.PUBLISH:
            return self.access.may_publish(user, topic)
        return user == HOST


def _ready(result: Any) -> "asyncio.Future[Any]":
    """Return a future that has its result, as amqtt's handlers want them."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result(result)
    return future
