"""One connection to a broker, TCP or TLS: bytes out, whole packets in, and nothing that blocks.

Except for the look-up of a host's name, which stock MicroPython can do in no other way: so an
address is remembered, and looked up again only after it failed a few times.
"""

import asyncio
import errno
import select
import socket
import sys
import time

from umqtt_wire import measure

LONGEST = 16384  # bytes of a packet; longer ones are thrown away
PIECE = 1024  # bytes read or written at once
TCP = 6
NODELAY = 1  # TCP_NODELAY
QUICKACK = 12 if sys.platform == "linux" else 0  # TCP_QUICKACK
FAILURES = 3  # of a remembered address until its name is looked up again
LOOK = 0.005  # seconds between two looks whether a connection is there
EASE = 10  # times 10 ms that a packet waits for processes which have their hands full

_known = [None, 0, None]  # (host, port), failures in a row, what getaddrinfo said


def _resolve(host, port):
    if _known[0] != (host, port) or _known[1] >= FAILURES:
        _known[0] = None
        _known[2] = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
        _known[0] = (host, port)
        _known[1] = 0
    return _known[2]


async def _connected(sock):
    """Wait until a socket is connected, or cannot be: then the first write says so."""
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    while not poll.poll(0):
        await asyncio.sleep(LOOK)


class Connection:
    """A connection that is opened once and closed once.

    heard  when something came last, by time.ticks_ms()
    """

    def __init__(self, buffer, spawn, progress):
        """`buffer` is a bytearray of PIECE bytes, `spawn` runs a coroutine as a task; `progress` is
        an asyncio.Event that is set when nothing waits to be sent any more."""
        self._buffer = buffer
        self._spawn = spawn
        self._progress = progress
        self._socket = self._stream = None
        self._part = b""  # what the network was offered and did not take: TLS wants the same again
        self._unsent = bytearray()  # what comes after that
        self.heard = time.ticks_ms()

    async def open(self, host, port, context):
        """Connect; with `context` (ssl.SSLContext) by TLS, whose handshake goes along with the
        first exchange. Raises OSError."""
        family, kind, protocol, _, address = _resolve(host, port)
        _known[1] += 1  # until there is an answer
        self._socket = sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            sock.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise error
        await _connected(sock)
        try:
            sock.setsockopt(TCP, NODELAY, 1)
        except (OSError, AttributeError, ValueError):
            pass
        if context:
            sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
            sock.setblocking(False)
        self._stream = asyncio.StreamReader(sock)

    async def exchange(self, data, size):
        """Send bytes and return the `size` bytes that come back. Raises OSError, EOFError."""
        try:
            self._stream.write(data)
            await self._stream.drain()
            answer = await self._stream.readexactly(size)
        except ValueError as error:  # how MicroPython tells of a certificate that it does not trust
            raise OSError(str(error).strip())
        _known[1] = 0
        self.heard = time.ticks_ms()
        return answer

    def close(self):
        """Close it; `receive` ends with an error."""
        for sock in (self._stream and self._stream.s, self._socket):
            if sock:
                try:
                    sock.close()
                except OSError:
                    pass
        self._part = b""
        self._unsent = bytearray()

    @property
    def waiting(self):
        """Bytes that the network did not take yet."""
        return len(self._part) + len(self._unsent)

    def send(self, data):
        """Write at once what the network takes, the rest as soon as it can. Raises OSError."""
        if self._part:
            self._unsent.extend(data)
            return
        view = memoryview(data)
        while view:
            sent = self._stream.s.write(view[:PIECE])
            if sent is None:
                self._part = bytes(view[:PIECE])
                self._unsent.extend(view[PIECE:])
                self._spawn(self._drain())
                return
            view = view[sent:]

    async def _drain(self):
        try:
            while self._part:
                self._stream.write(self._part)
                await self._stream.drain()
                self._part = bytes(self._unsent[:PIECE])
                self._unsent = self._unsent[PIECE:]
            self._progress.set()
        except OSError:  # receive finds out as well
            pass

    async def receive(self, take, pass_over, pressed):
        """Give `take` each packet that comes, as a memoryview, and where its variable header
        begins; `pass_over` the beginning of one that is too long, with the same. While `pressed`
        says so nothing more is read, for a while. Raises OSError or EOFError when it ends."""
        stream = self._stream
        buffer = self._buffer
        view = memoryview(buffer)
        have = 0
        while True:
            have += await self._read(view[have:])
            if QUICKACK:
                # A broker with Nagle's algorithm on would hold its next packet back until this one
                # is acknowledged, which Linux does 40 ms later if nothing is sent meanwhile.
                self._socket.setsockopt(TCP, QUICKACK, 1)
            at = 0
            while True:
                start, size = measure(buffer, at, have)
                if not start or start + size > have:
                    break
                take(view[at : start + size], start - at)
                at = start + size
                if pressed and pressed():
                    await _ease(pressed)
            if start and start + size - at > PIECE:
                head, start, size = view[at:have], start - at, start + size - at
                packet = _room(size)
                if packet:
                    packet[: len(head)] = head
                    await self._fill(memoryview(packet)[len(head) :])
                    take(memoryview(packet), start)
                else:
                    pass_over(bytes(head), start)
                    size -= len(head)
                    while size:
                        size -= len(await stream.readexactly(min(size, PIECE)))
                have = at = 0
            if at:
                view[: have - at] = bytes(view[at:have])
                have -= at

    async def _read(self, view):
        """Read what there is, at least a byte; return the number of bytes."""
        while True:
            got = await self._stream.readinto(view)
            if got:
                self.heard = time.ticks_ms()
                return got
            if got is not None:  # None: TLS has only a part of a record
                raise EOFError

    async def _fill(self, view):
        while view:
            view = view[await self._read(view) :]


def _room(size):
    """Return a bytearray for a long packet, None if it is too long for this board."""
    if size > LONGEST:
        return None
    try:
        return bytearray(size)
    except MemoryError:
        return None


async def _ease(pressed):
    """Wait while processes have their hands full: messages wait better with the broker than here.
    Not for ever, for requests come the same way."""
    left = EASE
    while left and pressed():
        left -= 1
        await asyncio.sleep(0.01)
