"""A link over paho-mqtt, driven by asyncio itself: no thread of its own, no polling."""

import asyncio
import contextlib
import logging
import os
import random
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from moonhop.node.paho_session import ClientSession, throw_away
from moonhop.node.paho_sockets import LoopSockets
from moonhop_core.node.link import Link, LinkError

log = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds for the broker to answer
BACK_OFF = (0.2, 10.0)  # seconds before the first and before a late attempt to reconnect
FAREWELL = 1.0  # seconds for it to close the connection of who leaves
IN_FLIGHT = 200  # QoS 1 messages sent and not yet acknowledged
CROWD = 400  # messages not yet acknowledged from which on programs rest: twice what keeps it busy
LOOK = 0.1  # seconds after which who waits for room looks at what else there is
WAITING = 10_000  # messages kept for a broker that is away


class PahoLink(Link):
    """A client of an MQTT broker for CPython; see the interface for what the methods promise."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        client_id: str,
        user: str,
        password: str,
        context: ssl.SSLContext | None = None,
        keepalive: int = 20,
        resume: bool = False,
    ) -> None:
        """``resume``: go on with the session of an older client of this name, and leave one."""
        self.host = host
        self.port = port
        self.keepalive = keepalive
        self._resume = resume
        self._session = ClientSession()
        self._topic = ""
        self._birth: bytes | None = None
        self._announced = False
        self._early: deque[tuple[str, bytes, int, bool]] = deque()  # until there is a connection
        self._answers: dict[int, asyncio.Future[bool]] = {}
        self._progress = asyncio.Event()
        self._room = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._connack: asyncio.Future[ReasonCode] | None = None
        self._lost = asyncio.Event()
        self._leaving = False
        self._client_id, self._user, self._password, self._context = (
            client_id,
            user,
            password,
            context,
        )
        self._client = self._new_client(clean=False)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.max_queued_messages_set(WAITING)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_unsubscribe = self._on_unsubscribe
        self._sockets = LoopSockets(self._client, self._session.attempted, self._progressed)

    def _new_client(self, clean: bool) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._client_id, clean_session=clean
        )
        client.username_pw_set(self._user, self._password)
        if self._context is not None:
            client.tls_set_context(self._context)
        return client

    # -- the interface -----------------------------------------------------------------------------

    async def connect(self, topic: str, birth: bytes, will: bytes) -> None:
        """Connect once; raises LinkError if that fails."""
        self._loop = self._sockets.attach()
        self._topic, self._birth = topic, birth
        self._client.will_set(topic, will, 1, True)
        if not self._resume:
            old = self._new_client(clean=True)
            await self._loop.run_in_executor(None, throw_away, old, self.host, self.port, TIMEOUT)
        await self._open(first=True)
        self._tasks = [
            asyncio.create_task(self._tend()),
            asyncio.create_task(self._stay_connected()),
        ]

    def announce(self, birth: bytes | None = None) -> None:
        """Publish the birth, and again after each reconnection."""
        self._birth = birth or self._birth
        self._announced = True
        if self.connected and self._birth is not None:
            self.publish(self._topic, self._birth, 1, True)

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Send a message, from any thread."""
        if self.connected:
            self._send_early()
            self._send(topic, payload, qos, retain)
        elif qos:
            # paho would send it as soon as there is a socket, before what it has to send again
            if len(self._early) >= WAITING:
                raise LinkError("too many messages wait for the broker")
            self._early.append((topic, payload, qos, retain))

    def _send_early(self) -> None:
        while self._early:
            self._send(*self._early.popleft())

    def _send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        try:
            info = self._client.publish(topic, payload, qos, retain)
        except ValueError as error:
            raise LinkError(f"cannot publish on {topic!r}: {error}") from None
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            raise LinkError("too many messages wait for the broker")
        self._sockets.write()

    @property
    def crowded(self) -> bool:  # type: ignore[override]
        """Whether programs should send no more for now. Not while the broker is away: they go on
        without it."""
        return self.connected and len(self._client._out_messages) >= CROWD

    async def room(self) -> None:
        """Wait, a moment at most, until the link is not crowded."""
        self._room.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._room.wait(), LOOK)

    def _progressed(self) -> None:
        self._progress.set()
        if not self.crowded:
            self._room.set()

    async def drain(self) -> None:
        """Wait until nothing waits to be sent or acknowledged."""
        while self._early or self._client.want_write() or self._client._out_messages:
            self._progress.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._progress.wait(), 1)

    async def subscribe(self, filter: str, qos: int = 1) -> None:
        """Hear a filter from now on."""
        self._session.wanted[filter] = qos
        if not self.connected:
            raise LinkError(f"cannot subscribe to {filter!r}: the broker is away")
        await self._subscribe(filter, qos)

    def subscribe_soon(self, filter: str, qos: int = 1) -> None:
        """Send the subscription and do not wait."""
        self._session.wanted[filter] = qos
        if self.connected:
            with contextlib.suppress(LinkError):  # it has just broken: after the reconnection
                self._ask(filter, qos)

    def unsubscribe_soon(self, filter: str) -> None:
        """Hear a filter no more."""
        if self._session.wanted.pop(filter, None) is not None and self.connected:
            self._give_up(filter)

    async def disconnect(self, farewell: bytes | None = None) -> None:
        """Leave in good order."""
        if self.connected and farewell is not None:
            self.publish(self._topic, farewell, 1, True)
        if self.connected:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.drain(), 2)
            if not self._resume:
                for filter in self._session.held:  # a session that hears nothing keeps nothing
                    self._client.unsubscribe(filter)
        self._leaving = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        async with self._until_closed():
            self._client.disconnect()
            self._sockets.write()
            self.connected = False
            self._client._sock_close()
        for callback in ("connect", "disconnect", "message", "subscribe", "unsubscribe"):
            setattr(self._client, f"on_{callback}", None)

    @contextlib.asynccontextmanager
    async def _until_closed(self) -> AsyncIterator[None]:
        """Keep the connection until the broker, which has read all, closes it. One that finds it
        closed while it still answers reads no further, and takes the client for lost."""
        open_socket = self._client.socket()
        if not self.connected or open_socket is None:
            yield
            return
        with socket.socket(fileno=os.dup(open_socket.fileno())) as kept:
            kept.setblocking(False)
            yield
            with contextlib.suppress(OSError):  # TimeoutError is one too
                async with asyncio.timeout(FAREWELL):
                    while await self._loop.sock_recv(kept, 4096):
                        pass

    # -- connections -------------------------------------------------------------------------------

    async def _open(self, *, first: bool) -> None:
        self._connack = self._loop.create_future()
        self._lost.clear()
        try:
            if first:
                await self._loop.run_in_executor(
                    None, self._client.connect, self.host, self.port, self.keepalive
                )
            else:
                await self._loop.run_in_executor(None, self._client.reconnect)
            code = await asyncio.wait_for(self._connack, TIMEOUT)
        except TimeoutError:
            raise LinkError(f"the broker at {self.host}:{self.port} does not answer") from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise LinkError(
                f"cannot reach the broker at {self.host}:{self.port} ({reason}); is it running?"
            ) from None
        if code.is_failure:
            self._client._sock_close()
            raise LinkError(
                f"the broker at {self.host}:{self.port} refuses this node ({code}); "
                "check its name and password"
            )
        self.connected = True
        self._send_early()

    async def _stay_connected(self) -> None:
        delay = BACK_OFF[0]
        while not self._leaving:
            await self._lost.wait()
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            try:
                await self._open(first=False)
                await self._restore()
            except LinkError:
                delay = min(delay * 2, BACK_OFF[1])
                self._lost.set()
                continue
            delay = BACK_OFF[0]
            if self._announced:
                self.announce()
            if self.on_reconnect:
                self.on_reconnect()

    async def _restore(self) -> None:
        """Have the session hear what is to be heard; a broker that kept it does most of it."""
        for filter in self._session.surplus:
            self._give_up(filter)
        for filter, qos in self._session.missing:
            await self._subscribe(filter, qos)

    async def _tend(self) -> None:
        """Let paho send its pings and find out about a silent broker."""
        while True:
            await asyncio.sleep(1)
            if self.connected:
                self._client.loop_misc()

    async def _subscribe(self, filter: str, qos: int) -> None:
        mid = self._ask(filter, qos)
        answer: asyncio.Future[bool] = self._loop.create_future()
        self._answers[mid] = answer
        try:
            granted = await asyncio.wait_for(answer, TIMEOUT)
        except TimeoutError:
            granted = False
        finally:
            self._answers.pop(mid, None)
        if not granted:
            raise LinkError(f"cannot subscribe to {filter!r}: the broker refuses")

    def _ask(self, filter: str, qos: int) -> int:
        """Send a subscription; return its packet's number."""
        code, mid = self._client.subscribe(filter, qos)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise LinkError(f"cannot subscribe to {filter!r}: {mqtt.error_string(code)}")
        self._session.ask(mid, filter)
        return mid

    def _give_up(self, filter: str) -> None:
        _, mid = self._client.unsubscribe(filter)
        if mid is not None:
            self._session.ask(mid, filter)

    # -- callbacks of paho -------------------------------------------------------------------------

    def _on_connect(self, _c: Any, _u: Any, flags: Any, code: ReasonCode, _p: Any) -> None:
        if not code.is_failure:
            self._session.connected(flags.session_present)
            self.connections += 1
            self.forgotten += self.connections > 1 and not flags.session_present
        if self._connack and not self._connack.done():
            self._connack.set_result(code)

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, code: ReasonCode, _p: Any) -> None:
        self._sockets.here(self._went_away, code)

    def _went_away(self, code: ReasonCode) -> None:
        self.connected = False
        self._room.set()
        if self._connack and not self._connack.done():
            self._connack.set_exception(ConnectionError(f"the connection broke: {code}"))
            return
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(False)
        self._lost.set()

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        if message.qos == 1 and not self._session.numbers.is_new(message.mid, message.dup):
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        if self.on_message:
            try:
                self.on_message(topic, bytes(message.payload), message.retain)
            except Exception:  # its fault, not the link's
                log.exception("a message on %s was not taken", topic)

    def _on_subscribe(self, _c: Any, _u: Any, mid: int, codes: Any, _p: Any) -> None:
        granted = not any(code.is_failure for code in codes)
        self._session.granted(mid, granted)
        answer = self._answers.get(mid)
        if answer and not answer.done():
            answer.set_result(granted)

    def _on_unsubscribe(self, _c: Any, _u: Any, mid: int, _codes: Any, _p: Any) -> None:
        self._session.given_up(mid)
