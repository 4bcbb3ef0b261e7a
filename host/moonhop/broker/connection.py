"""One client's connection to the broker: amqtt's handler with a reader of our own.

amqtt makes two tasks and passes four queues for each packet. Here packets are cut out of what the
socket gave, and messages and their acknowledgements are handled on the spot, in the order they
come; rarer packets go amqtt's way. A client that has been silent for one and a half keep-alives is
cut off (MQTT 3.1.1, 3.1.2.10), which amqtt leaves undone.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from amqtt.adapters import BufferReader, StreamReaderAdapter
from amqtt.errors import AMQTTError
from amqtt.mqtt import packet_class
from amqtt.mqtt.packet import (
    DISCONNECT,
    PINGREQ,
    PUBACK,
    PUBCOMP,
    PUBLISH,
    PUBREC,
    PUBREL,
    SUBSCRIBE,
    UNSUBSCRIBE,
    MQTTFixedHeader,
)
from amqtt.mqtt.protocol.broker_handler import (
    BrokerProtocolHandler,
    Subscription,
    UnSubscription,
)

from moonhop.broker.outbox import Outbox, Outgoing

CHUNK = 65536  # bytes read at once
LARGEST_PACKET = 8 << 20  # bytes
LARGEST_BACKLOG = 32 << 20  # bytes that wait for a slow reader before it is cut off
REMEMBERED = 1000  # numbers of messages that a session's client has published

Publish = Callable[["Connection", int, str, bytes, int, bool], bool]
Subscribe = Callable[["Connection", Any], Coroutine[Any, Any, None]]


class ProtocolFault(Exception):
    """The client sent what no client may send."""


class Connection(BrokerProtocolHandler):  # type: ignore[misc]  # amqtt has no types
    """A client's connection; ``publish`` is called for each message it publishes, ``subscribe`` and
    ``unsubscribe`` for each packet of that kind."""

    publish: Publish
    subscribe: Subscribe
    unsubscribe: Subscribe
    user: str

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.finished = asyncio.Event()  # the session has ended, its will is published
        self._farewell: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._heard = 0.0
        self._flows = {
            PUBACK: self._acknowledged,
            PUBREC: self._received,
            PUBREL: self._released,
            PUBCOMP: self._acknowledged,
        }
        self._rarer = {
            SUBSCRIBE: self.handle_subscribe,
            UNSUBSCRIBE: self.handle_unsubscribe,
            PINGREQ: self.handle_pingreq,
            DISCONNECT: self.handle_disconnect,
        }

    @property
    def outbox(self) -> Outbox:
        """What this connection's client still has to get."""
        box: Outbox = self.session.outbox
        return box

    def _send(self, message: Outgoing, again: bool) -> None:
        """Write a message, or what is next of its exchange."""
        if self.writer is None:
            return
        if message.pubrec_packet is not None:
            self.writer.write(b"\x62\x02" + message.packet_id.to_bytes(2, "big"))
            return
        name = message.topic.encode()
        front = len(name).to_bytes(2, "big") + name
        if message.packet_id is not None:
            front += message.packet_id.to_bytes(2, "big")
        data = message.data
        first = 0x30 | (again and 8) | message.qos << 1 | message.retain
        self.writer.write(b"%c%s%s%s" % (first, _length(len(front) + len(data)), front, data))
        if self.transport.get_write_buffer_size() > LARGEST_BACKLOG:
            self.cut()

    @property
    def transport(self) -> asyncio.WriteTransport:
        """The connection's transport."""
        transport: asyncio.WriteTransport = self.writer._writer.transport
        return transport

    def cut(self) -> None:
        """Break the connection off; its will is published."""
        self.transport.abort()

    async def wait_disconnect(self) -> Any:
        """Return how the connection ended: the client's DISCONNECT, None if it just broke.

        amqtt's own note of it is made only when reading has begun: a client that says no more than
        CONNECT and DISCONNECT, in one breath, would be taken for one that broke off, will and all.
        """
        return await self._farewell

    async def handle_disconnect(self, disconnect: Any) -> None:
        """Take note of the first end."""
        if not self._farewell.done():
            self._farewell.set_result(disconnect)

    async def stop(self) -> None:
        """Close the connection; one that has not begun to be read ends too."""
        await super().stop()
        await self.handle_disconnect(None)

    # -- acknowledgements ------------------------------------------------------------------------

    def _acknowledged(self, number: bytes) -> None:
        """PUBACK or PUBCOMP: the client has the message."""
        self.outbox.confirm(int.from_bytes(number, "big"))

    def _received(self, number: bytes) -> None:
        """PUBREC: the client has it, but does not yet know that we know."""
        message = self.session.inflight_out.get(int.from_bytes(number, "big"))
        if message is not None:
            message.pubrec_packet = number
        self.writer.write(b"\x62\x02" + number)

    def _released(self, number: bytes) -> None:
        """PUBREL: the client will not send this message again."""
        self.session.inflight_in.pop(int.from_bytes(number, "big"), None)
        self.writer.write(b"\x70\x02" + number)

    async def _retry_deliveries(self) -> None:
        """It is the outbox that does this, when reading begins."""

    # -- reading ---------------------------------------------------------------------------------

    async def _reader_loop(self) -> None:
        assert isinstance(self.reader, StreamReaderAdapter)
        stream: asyncio.StreamReader = self.reader._reader
        self._heard = self._loop.time()
        watch = self._watch(first=True)
        self.outbox.connect(self._send)
        self._reader_ready.set()
        # whatever goes wrong with this client ends its connection and no more
        with contextlib.suppress(
            ProtocolFault, AMQTTError, OSError, ValueError, asyncio.CancelledError
        ):
            await self._read(stream)
        self.outbox.disconnect()
        if watch:
            self._watching.cancel()
        await self.handle_connection_closed()
        self._reader_stopped.set()
        await self.stop()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        buffer = bytearray()
        while chunk := await stream.read(CHUNK):
            self._heard = self._loop.time()
            buffer += chunk
            while packet := _cut_packet(buffer):
                first, body = packet
                kind = first >> 4
                if kind == PUBLISH:
                    await self._take_publish(first, body)
                else:
                    await self._take(kind, first & 15, body)
                if kind == DISCONNECT:
                    return

    async def _take(self, kind: int, flags: int, body: bytes) -> None:
        if flow := self._flows.get(kind):
            if len(body) != 2:
                raise ProtocolFault
            flow(body)
            return
        handle = self._rarer.get(kind)
        if handle is None:
            raise ProtocolFault
        header = MQTTFixedHeader(kind, flags, len(body))
        packet = await packet_class(header).from_stream(BufferReader(body), fixed_header=header)
        await handle(packet)

    async def _take_publish(self, first: int, body: bytes) -> None:
        qos = first >> 1 & 3
        end = 2 + int.from_bytes(body[:2], "big")
        start = end + 2 if qos else end
        if qos == 3 or len(body) < start:
            raise ProtocolFault
        number = body[end:start]
        if not qos or self._is_new(number, qos, bool(first & 8)):
            topic = body[2:end].decode()
            packet = int.from_bytes(number, "big")
            if not self.publish(self, packet, topic, body[start:], qos, bool(first & 1)):
                raise ProtocolFault
        if qos:
            self.writer.write((b"\x40\x02" if qos == 1 else b"\x50\x02") + number)
        await self.writer.drain()

    async def handle_subscribe(self, packet: Any) -> None:
        """Enter a subscription at once: what comes after it on this connection finds it."""
        await self.subscribe(
            self, Subscription(packet.variable_header.packet_id, packet.payload.topics)
        )

    async def handle_unsubscribe(self, packet: Any) -> None:
        """Take a subscription out at once."""
        await self.unsubscribe(
            self, UnSubscription(packet.variable_header.packet_id, packet.payload.topics)
        )

    def _is_new(self, number: bytes, qos: int, again: bool) -> bool:
        """Tell whether a message has not come before.

        One of QoS 1 that a client sends again after a broken connection has the number it had
        (MQTT 3.1.1, 4.4): so it is known, though the standard would let it count twice.
        """
        packet = int.from_bytes(number, "big")
        if qos == 1:
            seen = self.session.published
            if again and packet in seen:
                return False
            seen.append(packet)
            return True
        new = packet not in self.session.inflight_in
        self.session.inflight_in[packet] = None
        return new

    # -- keep-alive ------------------------------------------------------------------------------

    def _watch(self, first: bool = False) -> bool:
        """Cut the client off if it has been silent too long, else look again later."""
        if not self.keepalive_timeout:
            return False
        left = self._heard + 1.5 * self.keepalive_timeout - self._loop.time()
        if left <= 0 and not first:
            self.cut()
        else:
            self._watching = self._loop.call_later(max(left, 0.01), self._watch)
        return True


def _length(size: int) -> bytes:
    """Return a packet's remaining length as MQTT writes it."""
    out = bytearray()
    while size > 127:
        out.append(size & 127 | 128)
        size >>= 7
    out.append(size)
    return bytes(out)


def _cut_packet(buffer: bytearray) -> tuple[int, bytes] | None:
    """Take a whole packet off the front: its first byte and its body; None if it is not all here.

    Raises ProtocolFault if its length cannot be, or is more than the broker takes.
    """
    length = shift = 0
    for index in range(1, min(5, len(buffer))):
        byte = buffer[index]
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    else:
        if len(buffer) >= 5:
            raise ProtocolFault
        return None
    if length > LARGEST_PACKET:
        raise ProtocolFault
    start = index + 1
    if len(buffer) < start + length:
        return None
    first, body = buffer[0], bytes(buffer[start : start + length])
    del buffer[: start + length]
    return first, body
