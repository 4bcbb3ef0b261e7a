"""The broker's sessions: those that outlive a connection, and with a journal the broker too."""

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Any

from amqtt.broker import Broker, RetainedApplicationMessage
from amqtt.session import Session

from moonhop.broker.access import RESERVED, Access
from moonhop.broker.connection import REMEMBERED
from moonhop.broker.journal import Journal
from moonhop.broker.journal_file import SYNC, FileJournal, KeptSession, Record
from moonhop.broker.outbox import Outbox, Outgoing

KEPT = 3600.0  # seconds that a session is kept for a client that is away


class SessionBroker(Broker):  # type: ignore[misc]  # amqtt has no types
    """amqtt's broker with sessions of our own; routing is in RoutingBroker."""

    def __init__(
        self, config: dict[str, Any], access: Access, journal: Journal | None = None
    ) -> None:
        super().__init__(config)
        self.access = access
        self.journal = journal or Journal()

    async def _session_for(self, session: Session) -> tuple[bool, Session]:
        """Return the client's session: a stored one goes on, unless a clean one is asked for."""
        if session.clean_session:
            await self._delete_session(session.client_id)
        elif stored := self._sessions.get(session.client_id):
            old = stored[0]
            for name in ("will_flag", "will_message", "will_topic", "will_qos", "will_retain"):
                setattr(old, name, getattr(session, name))
            old.keep_alive = session.keep_alive
            old.parent = 1
            old.expiry.cancel()
            return True, old
        session.parent = 0
        self._begin(session)
        return False, session

    def _begin(self, session: Session) -> None:
        """Give a session what only this broker's have."""
        session.outbox = Outbox(session, self.journal)
        session.published = deque(maxlen=REMEMBERED)
        if not session.clean_session:
            self.journal.opened(session.client_id, session.username)

    async def _delete_session(self, client_id: str) -> None:
        known = self._sessions.get(client_id)
        await super()._delete_session(client_id)
        if known and not known[0].clean_session:
            self.journal.closed(client_id)

    def _wait_for(self, session: Session) -> None:
        """Keep the session of a client that is away for its time."""
        loop = asyncio.get_running_loop()
        session.expiry = loop.call_later(KEPT, self._expire, session)

    def _expire(self, session: Session) -> None:
        known = self._sessions.get(session.client_id)
        if known and known[0] is session and session.transitions.state != "connected":
            self._expiring = asyncio.ensure_future(self._delete_session(session.client_id))

    def _is_of_use(self, session: Session) -> bool:
        """Tell whether a session that stays has anything for its client, or may get it."""
        return not session.outbox.empty or any(
            holder is session for holders in self._subscriptions.values() for holder, _ in holders
        )

    # -- over a restart --------------------------------------------------------------------------

    async def _start_listeners(self) -> None:
        """Bring back what the journal knows, before anybody can connect."""
        if isinstance(self.journal, FileJournal):
            kept = self.journal.load()
            for client, session in kept.sessions.items():
                self._bring_back(client, session)
            for topic, (data, qos) in kept.retained.items():
                self._retained_messages[topic] = RetainedApplicationMessage(None, topic, data, qos)
            self.journal.rewrite(self._records())
        await super()._start_listeners()

    def _bring_back(self, client: str, kept: KeptSession) -> None:
        session = Session()
        session.client_id, session.username = client, kept.user
        session.clean_session = False
        self._begin(session)
        session.transitions.disconnect()
        session._packet_id = kept.last
        session.published.extend(kept.published)
        for number, (topic, data, qos) in kept.messages.items():
            message = Outgoing(number, topic, qos, data, False)
            message.sent = True  # perhaps
            session.outbox.keep(message)
        for filter, qos in kept.filters.items():
            self._subscriptions.setdefault(filter, []).append((session, qos))
        self._sessions[client] = session, None
        self._wait_for(session)

    def _records(self) -> Iterator[Record]:
        """Return what a journal must hold of what is now."""
        for client, (session, _) in self._sessions.items():
            if session.clean_session:
                continue
            yield ["o", client, session.username], b""
            for filter, holders in self._subscriptions.items():
                for holder, qos in holders:
                    if holder is session:
                        yield ["s", client, filter, qos], b""
            for number, message in session.inflight_out.items():
                copies = [(client, number, message.qos)]
                yield ["m", "", 0, message.topic, copies], bytes(message.data)
            yield ["p", client, session._packet_id, list(session.published)], b""
        for topic, kept in self._retained_messages.items():
            if not topic.startswith(RESERVED):
                yield ["r", topic, kept.qos or 0], bytes(kept.data)

    async def _session_monitor(self) -> None:
        """Sessions have times of their own; this looks after the journal."""
        while isinstance(self.journal, FileJournal):
            await asyncio.sleep(SYNC)
            self.journal.flush()
            if self.journal.wants_rewriting:
                self.journal.rewrite(self._records())
            await asyncio.to_thread(self.journal.sync)
