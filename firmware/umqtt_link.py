"""A link over umqtt.simple that never makes other asyncio tasks wait.

The client makes and reads the packets (umqtt_wire.py), a connection carries them
(umqtt_connection.py); here is what outlives a connection: what is to be heard, and what the broker
has not acknowledged yet.
"""

import asyncio
import random
import sys
import time

import umqtt.simple

from moonhop_core.node.link import Link, LinkError, Numbers
from moonhop_core.node.tasks import Tasks
from umqtt_connection import PIECE, Connection
from umqtt_wire import Wait, Wire, control

TIMEOUT = 10  # seconds for the broker to answer
BACK_OFF = (0.5, 30)  # seconds before the first and before a late attempt to reconnect
WAITING = 16384  # bytes that may wait for the network or an acknowledgement
REMEMBERED = 128  # numbers of messages that came; brokers have up to 100 under way
LONG_TOPIC = 120  # bytes; MQTTClient.subscribe counts in one byte

ticks_ms = time.ticks_ms
ticks_diff = time.ticks_diff


class UmqttLink(Link):
    """A client of an MQTT broker for boards; see the interface for what the methods promise.

    make_connection  makes what carries packets, as Connection does
    """

    def __init__(self, host, port, client_id, user, password, context=None, keepalive=20):
        self.host = host
        self.port = port
        self.context = context
        self.keepalive = keepalive
        self.make_connection = Connection
        self.dropped = 0  # packets that were too long for this board
        self.reconnects = 0
        self._wire = Wire()
        self._client = umqtt.simple.MQTTClient(
            client_id.encode(), host, port, user.encode(), password.encode(), keepalive
        )
        self._client.set_callback(self._received)
        self._filters = {}  # what is to be heard
        self._held = []  # what the broker's session hears
        self._asked = {}  # filters by the number of the packet that changes them
        self._numbers = Numbers(REMEMBERED)
        self._unanswered = False  # an attempt to connect, of which the broker may have heard
        self._topic = ""
        self._birth = None
        self._announced = False
        self._answers = {}  # packet id: [event, return code]
        self._unacked = []  # [packet id, topic, payload, retain], oldest first
        self._unacked_size = 0
        self._connection = None
        self._buffer = bytearray(PIECE)  # made early, while there is room in one piece
        self._progress = asyncio.Event()
        self._task = None
        self._tasks = Tasks()
        self._retained = False

    # -- the interface -----------------------------------------------------------------------------

    async def connect(self, topic, birth, will):
        """Connect; waits as long as it takes for a broker that cannot be reached."""
        self._topic = topic
        self._birth = birth
        self._client.set_last_will(topic.encode(), will, True, 1)
        first = [asyncio.Event(), None]
        self._task = self._tasks.spawn(self._run(first))
        await first[0].wait()
        if first[1]:
            raise first[1]

    def announce(self, birth=None):
        """Publish the birth, and again after each reconnection."""
        self._birth = birth or self._birth
        self._announced = True
        if self.connected:
            self.publish(self._topic, self._birth, 1, True)

    def publish(self, topic, payload, qos=0, retain=False):
        """Send a message."""
        if not self.connected and not qos:
            return
        size = len(topic) + len(payload) + 8
        waiting = self._unacked_size + self._unsent()
        if waiting and waiting + size > WAITING:
            raise LinkError("too many messages wait for the broker")
        if qos:
            self._unacked.append([self._next_id() + 1, topic, payload, retain])
            self._unacked_size += size
            if not self.connected:
                self._client.pid += 1
        if self.connected:
            self._call(self._client.publish, topic.encode(), payload, retain, qos)

    async def drain(self):
        """Wait until nothing waits to be sent or acknowledged."""
        while self._unacked or self._unsent():
            self._progress.clear()
            await self._progress.wait()

    async def subscribe(self, filter, qos=1):
        """Hear a filter from now on."""
        self._filters[filter] = qos
        if not self.connected:
            raise LinkError("cannot subscribe to %r: the broker is away" % filter)
        await self._subscribe(filter, qos)

    def subscribe_soon(self, filter, qos=1):
        """Send the subscription and do not wait."""
        self._filters[filter] = qos
        if self.connected:
            self._ask(filter, qos)

    def unsubscribe_soon(self, filter):
        """Hear a filter no more."""
        if self._filters.pop(filter, None) is not None and self.connected:
            self._give_up(filter)

    async def disconnect(self, farewell=None):
        """Leave in good order."""
        if self.connected:
            try:
                for filter in self._held:  # a session that hears nothing keeps nothing
                    self._give_up(filter)
                if farewell is not None:
                    self.publish(self._topic, farewell, 1, True)
                await asyncio.wait_for(self.drain(), 1)
            except (OSError, LinkError, asyncio.TimeoutError):
                pass
        if self.connected:
            try:
                self._call(self._client.disconnect)
                await asyncio.wait_for(self.drain(), 1)
            except (OSError, asyncio.TimeoutError):
                pass
        if self._task:
            self._task.cancel()
            try:
                await asyncio.wait_for(self._task, 1)
            except (asyncio.CancelledError, asyncio.TimeoutError):
                pass
        self._close()

    # -- connections -------------------------------------------------------------------------------

    async def _run(self, first):
        delay = BACK_OFF[0]
        while True:
            tender = None
            try:
                if not self.connections:
                    await asyncio.wait_for(self._forget(), TIMEOUT)
                await asyncio.wait_for(self._open(), TIMEOUT)
                tender = self._tasks.spawn(self._tend(first))
                await self._connection.receive(self._packet, self._pass_over, self.pressed)
            except umqtt.simple.MQTTException as error:
                first[1] = LinkError(
                    "the broker at %s:%d refuses this node (%s); check its name and password"
                    % (self.host, self.port, error.args[0])
                )
                if not first[0].is_set():
                    self._close()
                    first[0].set()
                    return
            except (OSError, EOFError, AssertionError, asyncio.TimeoutError) as error:
                if delay == BACK_OFF[0] and not self.connected:  # the first of these attempts
                    print(
                        "moonhop: cannot reach the broker at %s:%d" % (self.host, self.port), error
                    )
            except (MemoryError, IndexError, ValueError, TypeError) as error:  # a broken stream
                sys.print_exception(error)
            finally:
                if tender:
                    tender.cancel()
                if self.connected:
                    delay = BACK_OFF[0]
                self._close()
            await asyncio.sleep(delay * (0.5 + random.getrandbits(8) / 512))
            delay = min(delay * 2, BACK_OFF[1])

    async def _forget(self):
        """Have the broker forget an older session, by beginning and leaving a clean one."""
        await self._open(True)
        self._call(self._client.disconnect)
        await self.drain()
        self._close()
        self.connections = 0

    async def _open(self, clean=False):
        connection = self.make_connection(self._buffer, self._tasks.spawn, self._progress)
        self._connection = connection
        await connection.open(self.host, self.port, self.context)
        wire = self._wire = Wire()
        self._connect_client(clean)
        doubt, self._unanswered = self._unanswered, True
        wire.packet = await connection.exchange(wire.taken(), 4)
        present = self._connect_client(clean)
        wire.taken()
        self._client.sock = wire
        self._asked = {}
        self._unanswered = False
        self._numbers.begin(present, present and doubt)
        if doubt or not present:
            self._held = []
        if not present and self.connections:
            self.forgotten += 1
        self.connections += 1
        self.connected = True
        for entry in self._unacked:  # before anything newer
            self._send_again(entry)

    def _connect_client(self, clean):
        """Let the client connect to the wire: once for its packet, once for the broker's answer,
        which tells whether the broker knew the session."""
        real = umqtt.simple.socket
        umqtt.simple.socket = self._wire
        try:
            return self._client.connect(clean)
        except Wait:
            return False
        finally:
            umqtt.simple.socket = real

    async def _tend(self, first):
        """Bring back what a new connection needs, then send pings."""
        try:
            for filter in self._held:
                if filter not in self._filters:
                    self._give_up(filter)
            for filter in list(self._filters):
                if filter not in self._held:
                    await self._subscribe(filter, self._filters[filter])
            if self._announced and first[0].is_set():
                self.announce()
            if first[0].is_set():
                self.reconnects += 1
                if self.on_reconnect:
                    self.on_reconnect()
            first[0].set()
            pinged = ticks_ms()
            while True:
                await asyncio.sleep(1)
                now = ticks_ms()
                if ticks_diff(now, self._connection.heard) > 1500 * self.keepalive:
                    break
                if ticks_diff(now, pinged) > 333 * self.keepalive:
                    pinged = now
                    self._call(self._client.ping)
        except (LinkError, OSError):
            pass
        if self._connection:
            self._connection.close()  # ends its receive

    def _close(self):
        self.connected = False
        if self._connection:
            self._connection.close()
            self._connection = None
        for answer in self._answers.values():
            answer[1] = 0x80
            answer[0].set()
        self._answers = {}
        self._progress.set()

    # -- sending -----------------------------------------------------------------------------------

    def _next_id(self):
        if self._client.pid >= 65534:
            self._client.pid = 0
        return self._client.pid

    def _call(self, function, *args):
        """Call a method of the client and send what it wrote."""
        self._wire.packet = b""
        self._wire.at = 0
        try:
            function(*args)
        except Wait:
            pass
        except BaseException as error:  # memory is full: half a packet must not go out
            self._wire.taken()
            raise error
        self._send(self._wire.taken())

    def _send(self, data):
        try:
            self._connection.send(data)
        except OSError:
            self.connected = False

    def _unsent(self):
        return self._connection.waiting if self._connection else 0

    def _send_again(self, entry):
        """Send a message that was not acknowledged, with its number and the mark "again"."""
        client = self._client
        last = client.pid
        client.pid = entry[0] - 1
        self._wire.packet = b""
        self._wire.at = 0
        try:
            client.publish(entry[1].encode(), entry[2], entry[3], 1)
        except Wait:
            pass
        client.pid = last
        packet = self._wire.taken()
        packet[0] |= 8  # DUP
        self._send(packet)

    def _give_up(self, filter):
        self._next_id()
        self._client.pid += 1
        self._asked[self._client.pid] = filter
        self._send(control(0xA2, self._client.pid, filter.encode(), b""))

    def _ask(self, filter, qos):
        """Send a subscription; return its packet id."""
        name = filter.encode()
        self._next_id()
        if len(name) < LONG_TOPIC:
            self._call(self._client.subscribe, name, qos)
        else:
            self._client.pid += 1
            self._send(control(0x82, self._client.pid, name, bytes([qos])))
        self._asked[self._client.pid] = filter
        return self._client.pid

    async def _subscribe(self, filter, qos):
        number = self._ask(filter, qos)
        answer = self._answers[number] = [asyncio.Event(), 0x80]
        try:
            await asyncio.wait_for(answer[0].wait(), TIMEOUT)
        except asyncio.TimeoutError:
            pass
        if answer[1] == 0x80:
            raise LinkError("cannot subscribe to %r: the broker refuses" % filter)

    # -- receiving ---------------------------------------------------------------------------------

    def _pass_over(self, head, start):
        """Acknowledge a message that is too long, or the broker sends it again."""
        self.dropped += 1
        if head[0] & 6:
            at = start + 2 + (head[start] << 8 | head[start + 1])
            if at + 2 <= len(head):
                self._send(b"\x40\x02" + head[at : at + 2])

    def _packet(self, packet, start):
        """Take one whole packet; its variable header begins at `start`."""
        kind = packet[0] & 0xF0
        if kind == 0x30 and packet[0] & 6:
            at = start + 2 + (packet[start] << 8 | packet[start + 1])
            if not self._numbers.is_new(packet[at] << 8 | packet[at + 1], packet[0] & 8):
                self._send(b"\x40\x02" + packet[at : at + 2])
                return
        if kind == 0x30 or kind == 0xD0:
            self._retained = bool(packet[0] & 1)
            wire = self._wire
            wire.packet = packet
            wire.at = 0
            self._client.wait_msg()
            wire.packet = b""
            if wire.out:
                self._send(wire.taken())
            return
        number = packet[start] << 8 | packet[start + 1]
        if kind == 0x90:
            filter = self._asked.pop(number, None)
            if filter and packet[start + 2] != 0x80 and filter not in self._held:
                self._held.append(filter)
            answer = self._answers.pop(number, None)
            if answer:
                answer[1] = packet[start + 2]
                answer[0].set()
        elif kind == 0xB0:
            filter = self._asked.pop(number, None)
            if filter in self._held:
                self._held.remove(filter)
        elif kind == 0x40:
            for i, entry in enumerate(self._unacked):
                if entry[0] == number:
                    del self._unacked[i]
                    self._unacked_size -= len(entry[1]) + len(entry[2]) + 8
                    break
            self._progress.set()

    def _received(self, topic, payload, *_):
        if self.on_message:
            # Acknowledge after the callback; what the callback publishes has a wire of its own.
            wire, self._wire = self._wire, Wire()
            self._client.sock = self._wire
            try:
                self.on_message(topic.decode(), payload, self._retained)
            except UnicodeError:
                pass
            except Exception as error:  # its fault, not the link's
                sys.print_exception(error)
            finally:
                self._wire = self._client.sock = wire
