"""A proxy in front of a virtual board's port that damages what goes through, and unplugs it."""

import asyncio
import contextlib
import random


class Lossy:
    """Listens at ``url`` for one client at a time. Of each byte, with the probability ``rate``, a
    bit is turned or the byte is lost; ``pull`` breaks the connection."""

    def __init__(self, url: str, seed: int = 0, rate: float = 0.0) -> None:
        self._host, _, port = url.removeprefix("socket://").partition(":")
        self._port = int(port)
        self._random = random.Random(seed)
        self.rate = rate
        self.damaged = 0
        self.url = ""
        self.half = asyncio.Event()  # for tests that break it amid something
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self._number = 0

    async def start(self) -> None:
        """Plug it in (again)."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._number)
        self._number = self._server.sockets[0].getsockname()[1]
        self.url = f"socket://127.0.0.1:{self._number}"

    async def pull(self) -> None:
        """Unplug it."""
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers = []
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        board_reader, board_writer = await asyncio.open_connection(self._host, self._port)
        self._writers += [writer, board_writer]
        ways = (self._carry(reader, board_writer), self._carry(board_reader, writer))
        tasks = [asyncio.create_task(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        writer.close()
        board_writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                writer.write(bytes(self._harm(data)))
                await writer.drain()

    def _harm(self, data: bytes) -> "list[int]":
        found = []
        for byte in data:
            if self._random.random() >= self.rate:
                found.append(byte)
                continue
            self.damaged += 1
            if self._random.random() < 0.5:
                turned = byte ^ 1 << self._random.randrange(8)
                found.append(turned if turned not in (3, 26, 28) else byte)  # would be signals
        return found
