"""The fleet's broker inside the host's own process."""

import asyncio
import contextlib
import logging
import socket
from functools import partial
from pathlib import Path
from typing import Any

from moonhop.broker.access import Access
from moonhop.broker.inside import InsideLink
from moonhop.broker.journal import Journal
from moonhop.broker.journal_file import FileJournal
from moonhop.broker.routing import RoutingBroker
from moonhop_core.errors import MoonhopError


class BrokerError(MoonhopError):
    """The broker cannot be started."""


class EmbeddedBroker:
    """An MQTT 3.1.1 broker on one address, for named users with passwords.

    ``users`` maps names to passwords; the user ``host`` may do everything, every other name is a
    node's id and has a node's rights (moonhop.broker.access). ``port`` 0 takes a free one;
    ``.port`` tells which when it runs. ``closed`` keeps nodes waiting until ``open`` is called, so
    that nothing they say is lost before the host listens. With a ``journal`` (a file) sessions and
    what waits in them outlive the broker, also one that is killed.
    """

    def __init__(
        self,
        users: dict[str, str],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        closed: bool = False,
        journal: Path | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.users = dict(users)
        self.access = Access(users)
        self._broker: _Broker | None = None
        self._closed = closed
        self._journal = FileJournal(journal) if journal else None

    async def start(self) -> None:
        """Listen. Raises BrokerError if the port is taken."""
        # amqtt logs each refused client, and what it raises, as warnings and errors of its own
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        listener = _listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._broker = _Broker(self.access, listener, self._journal)
        if not self._closed:
            self.open()
        try:
            await self._broker.start()
        except BaseException:
            listener.close()
            self._broker = None
            raise

    def link(self) -> InsideLink:
        """Return a link of this process to the running broker: it hears and says what it likes."""
        assert self._broker is not None
        return self._broker.link()

    def open(self) -> None:
        """Let nodes in."""
        if self._broker:
            self._broker.opened.set()

    async def stop(self) -> None:
        """Break off all clients and free the port; harmless if it does not run."""
        broker, self._broker = self._broker, None
        if broker:
            await broker.shutdown()
        if self._journal:
            self._journal.close()

    def add_user(self, name: str, password: str) -> None:
        """Let a user in from now on."""
        self.users[name] = password
        self.access.add(name, password)

    async def remove_user(self, name: str) -> None:
        """Let a user in no more and break off its connections."""
        self.users.pop(name, None)
        self.access.remove(name)
        if self._broker:
            await self._broker.kick(name)


class _Broker(RoutingBroker):
    """The broker on a socket that is bound already."""

    def __init__(self, access: Access, listener: socket.socket, journal: Journal | None) -> None:
        host, port = listener.getsockname()[:2]
        bind = f"{host}:{port}"
        super().__init__(
            {"listeners": {"default": {"type": "tcp", "bind": bind}}, "plugins": {}},
            access,
            journal,
        )
        self._listener = listener
        self._writers: set[asyncio.StreamWriter] = set()

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serve a connection; it is closed afterwards, however that ended."""
        self._writers.add(writer)
        try:
            await super().stream_connected(reader, writer, listener_name)
        finally:
            self._writers.discard(writer)
            if not writer.is_closing():
                writer.close()

    async def _create_server_instance(self, listener_name: str, *_: Any) -> asyncio.Server:
        return await asyncio.start_server(
            partial(self.stream_connected, listener_name=listener_name), sock=self._listener
        )

    async def shutdown(self) -> None:
        """Close the listener first, so that nobody comes back while the others are leaving."""
        for server in self._servers.values():
            server.instance.close()
        with contextlib.suppress(asyncio.CancelledError):
            await super().shutdown()
        for writer in self._writers:  # those that had not said yet who they are
            writer.transport.abort()
        self.opened.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self._writers:
                    await asyncio.sleep(0)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that say they are TCP
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise BrokerError(
            f"cannot listen on {host}:{port} for MQTT ({error.strerror}); "
            "choose another with --mqtt-port, or stop what uses it"
        ) from error
    return listener
