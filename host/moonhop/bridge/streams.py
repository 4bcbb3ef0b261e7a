"""The streams of one session: each is a connection to the fleet's broker or server."""

import asyncio
import contextlib
from collections.abc import Callable

from moonhop_core.errors import MoonhopError
from moonhop_core.serial import packets
from moonhop_core.serial.carrier import PACKET, Carrier

Place = tuple[str, int]  # host and port
FIND = Callable[[bytes], Place]  # where packets.BROKER and SERVER are; may raise MoonhopError
MOST = PACKET - packets.HEAD  # bytes at once
WAITING = 64  # packets that wait for a connection which takes none


class Streams:
    """What a board's packets are about. ``say`` is called when the carrier has something to send,
    ``tell`` with what goes wrong."""

    def __init__(
        self,
        carrier: Carrier,
        find: FIND,
        say: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self.carrier = carrier
        self._find, self._say, self._tell = find, say, tell
        self._streams: dict[int, _Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, packet: bytes) -> None:
        """Take a packet of the board's; waits while what it is for takes no more."""
        number, kind, data = packet[0], packet[1], packet[packets.HEAD :]
        stream = self._streams.get(number)
        if kind == packets.OPEN:
            stream = self._streams[number] = _Stream()
            task = asyncio.create_task(self._run(number, stream, data))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif stream is None:
            return
        elif kind == packets.DATA:
            await stream.inbox.put(data)
        elif kind == packets.CLOSE:
            del self._streams[number]
            await stream.inbox.put(b"")
        elif kind == packets.GRANT:
            stream.granted += int.from_bytes(data, "big")
            stream.freed.set()

    def freed(self) -> None:
        """The carrier may have room again."""
        for stream in self._streams.values():
            stream.freed.set()

    async def close(self) -> None:
        """Break all connections: for the broker the board is lost."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, number: int, stream: "_Stream", name: bytes) -> None:
        try:
            await self._connect(number, stream, name)
        except (OSError, MoonhopError) as error:
            self._tell(f"cannot reach the fleet's {name.decode()}: {error}")
        finally:
            while not stream.inbox.empty():  # who waits to put more in
                stream.inbox.get_nowait()
        if self._streams.get(number) is stream:
            del self._streams[number]
            self._put(number, packets.CLOSE)

    async def _connect(self, number: int, stream: "_Stream", name: bytes) -> None:
        reader, writer = await asyncio.open_connection(*self._find(name))
        ways = [
            asyncio.create_task(self._up(stream, writer)),
            asyncio.create_task(self._down(number, stream, reader)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _up(self, stream: "_Stream", writer: asyncio.StreamWriter) -> None:
        while data := await stream.inbox.get():
            writer.write(data)
            await writer.drain()

    async def _down(self, number: int, stream: "_Stream", reader: asyncio.StreamReader) -> None:
        while True:
            while not (stream.granted and self.carrier.room):
                stream.freed.clear()
                await stream.freed.wait()
            data = await reader.read(min(MOST, stream.granted))
            if not data:
                return
            stream.granted -= len(data)
            self._put(number, packets.DATA, data)

    def _put(self, number: int, kind: int, data: bytes = b"") -> None:
        self.carrier.put(packets.packet(number, kind, data))
        self._say()


class _Stream:
    def __init__(self) -> None:
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue(WAITING)  # b"": the board closed it
        self.granted = packets.GRANTED
        self.freed = asyncio.Event()
