"""The serial line of a board that has no other way: streams to the host's broker and server, amid
what the console says (moonhop_core/serial).

Frames go out by sys.stdout and come in by sys.stdin, a byte at a time, for a board's stdin waits
until it has as many as are asked for.
"""

import asyncio
import errno
import io
import json
import random
import select
import sys

from moonhop_core.serial import carrier, packets
from moonhop_core.serial.carrier import Carrier
from moonhop_core.serial.frames import Splitter, frame

WINDOW = 4  # packets under way to the host
BYTES = 256  # taken from stdin at once, before other tasks have their turn
TICK = 0.2  # seconds between two looks whether something has to be sent again
LEAST = 160  # bytes read until more are granted
POLL, CLOSE = 3, 4  # requests to `ioctl` (MicroPython, py/stream.h)


class Pipe(io.IOBase):
    """One stream, as MicroPython's sockets are: for asyncio.StreamReader and StreamWriter."""

    def __init__(self, line, number):
        self._line = line
        self._number = number
        self._have = bytearray()
        self._read = 0  # bytes read and not granted anew
        self.ended = False  # by the other side

    def read(self, size=-1):
        """Return what there is, at most `size` bytes; None: nothing yet, b"": the end."""
        return self._taken(len(self._have) if size < 0 else size)

    def readline(self):
        """Return a line, or what there is of it; None or b"" as `read` does."""
        end = self._have.find(b"\n")
        return self._taken(end + 1 if end >= 0 else len(self._have))

    def readinto(self, buffer):
        """Read into a buffer; return the number of bytes, None: nothing yet, 0: the end."""
        data = self._taken(len(buffer))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)

    def _taken(self, size):
        if not self._have:
            return b"" if self.ended else None
        data = bytes(self._have[:size])
        self._have = self._have[size:]
        self._read += len(data)
        if self._read >= LEAST and not self.ended:
            self._line.put(self._number, packets.GRANT, self._read.to_bytes(2, "big"))
            self._read = 0
        return data

    def write(self, data):
        """Take what there is room for; return the number of bytes, None: none just now."""
        if self.ended:
            raise OSError(errno.ECONNRESET)
        most = carrier.PACKET - packets.HEAD
        sent = 0
        while sent < len(data) and self._line.room():
            piece = bytes(data[sent : sent + most])
            self._line.put(self._number, packets.DATA, piece)
            sent += len(piece)
        return sent or None

    def ioctl(self, request, argument):
        """Answer select.poll."""
        if request == POLL:
            ready = 0
            if self._have or self.ended:
                ready = select.POLLIN
            if self._line.room() or self.ended:
                ready |= select.POLLOUT
            return ready & argument
        if request == CLOSE:
            self.close()
        return 0

    def close(self):
        """Close it; the other side hears of it behind all that was written."""
        self._line.drop(self._number)
        self.ended = True

    def setsockopt(self, *_):
        """Do nothing: there is no Nagle to switch off."""

    def came(self, data):
        """Take what has come."""
        self._have.extend(data)


class SerialLine:
    """A board's side of the line. `hello`: what it says of itself when it is called, a dict."""

    def __init__(self, hello):
        self._hello = json.dumps(hello).encode()
        self._carrier = None  # None: no session
        self._asked = 0  # the session that is offered to the host
        self._pipes = {}
        self._number = 0
        self._ready = asyncio.Event()  # there is a session
        self._wake = asyncio.Event()  # there may be something to be sent
        work = (self._hear(), self._say(), self._tick())
        self._tasks = [asyncio.create_task(each) for each in work]
        self._offer()  # a host that had a session before this start learns that it is over

    async def connect(self, place):
        """Open a stream to packets.BROKER or SERVER, when there is a host; return its reader, which
        is its writer too."""
        await self._ready.wait()
        while True:
            self._number = self._number % 255 + 1
            if self._number not in self._pipes:
                break
        pipe = self._pipes[self._number] = Pipe(self, self._number)
        self.put(self._number, packets.OPEN, place)
        return asyncio.StreamReader(pipe)

    # -- for pipes ---------------------------------------------------------------------------------

    def room(self):
        """Return how many packets of data may be put in; some room is left for others."""
        return self._carrier and self._carrier.room > 4

    def put(self, number, kind, data=b""):
        """Send a packet of a stream."""
        if self._carrier:
            self._carrier.put(packets.packet(number, kind, data))
            self._wake.set()

    def drop(self, number):
        """Forget a stream, and have the other side do so."""
        if self._pipes.pop(number, None):
            self.put(number, packets.CLOSE)

    # -- the line ----------------------------------------------------------------------------------

    async def _hear(self):
        poll = select.poll()
        poll.register(sys.stdin.buffer, select.POLLIN)
        stdin = asyncio.StreamReader(sys.stdin.buffer)
        splitter = Splitter(self._take)
        data = bytearray()
        while True:
            data.extend(await stdin.read(1))
            if not data:
                return  # nobody will ever say anything
            while len(data) < BYTES and poll.poll(0):
                data.extend(sys.stdin.buffer.read(1))
            splitter.feed(data)
            data = bytearray()
            self._wake.set()
            await asyncio.sleep(0)

    def _take(self, content):
        kind = content[0]
        session = carrier.session_of(content)
        if kind == carrier.WHO:
            self._offer()
        elif kind == carrier.WELCOME and session == self._asked and not self._carrier:
            self._carrier = Carrier(session, WINDOW)
            self._ready.set()
        elif self._carrier and session == self._carrier.session:
            packet = self._carrier.take(content)
            if packet:
                self._packet(packet)

    def _offer(self):
        self._end()
        self._asked = random.getrandbits(16)
        self._write(carrier.content(carrier.HELLO, self._asked, self._hello))

    def _packet(self, packet):
        pipe = self._pipes.get(packet[0])
        if pipe is None:
            return
        if packet[1] == packets.DATA:
            pipe.came(packet[packets.HEAD :])
        elif packet[1] == packets.CLOSE:
            pipe.ended = True
            del self._pipes[packet[0]]

    def _end(self):
        """The session is over: so are its streams."""
        self._carrier = None
        self._ready.clear()
        for pipe in self._pipes.values():
            pipe.ended = True
        self._pipes = {}

    async def _say(self):
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._carrier:
                content = self._carrier.next()
                if not content:
                    break
                self._write(content)
                await asyncio.sleep(0)  # a UART takes 10 ms for a frame

    async def _tick(self):
        while True:
            await asyncio.sleep(TICK)
            self._wake.set()
            if self._carrier and self._carrier.gone:
                self._end()

    def _write(self, content):
        sys.stdout.buffer.write(frame(content))
