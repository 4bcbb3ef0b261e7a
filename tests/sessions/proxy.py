"""A wire between a node and its broker that can be cut, and that can stop carrying."""

import asyncio
import contextlib


class Proxy:
    """Carries TCP connections on to another port while its ``async with`` block runs.

    ``cut`` breaks all connections and lets none be made until ``mend``. ``stall`` keeps them open
    and carries nothing more in one direction; what was stalled is lost when they are cut.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._open = asyncio.Event()
        self._flows = {"up": asyncio.Event(), "down": asyncio.Event()}
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.mend()

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Break all connections, and those that are tried until it is mended."""
        self._open.clear()
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()

    def mend(self) -> None:
        """Let connections be made again, and carry in both directions."""
        self._open.set()
        for flow in self._flows.values():
            flow.set()

    def stall(self, direction: str) -> None:
        """Carry nothing more ``up``, to the broker, or ``down``."""
        self._flows[direction].clear()

    def close_half(self) -> None:
        """Tell the broker's side that no more will come, and the node nothing."""
        for writer in self._upward:
            with contextlib.suppress(OSError):
                writer.write_eof()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open.is_set():
            writer.transport.abort()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:  # there is no broker just now
            writer.transport.abort()
            return
        self.connections += 1
        self._writers |= {writer, up_writer}
        self._upward = [up_writer]
        for task in (
            asyncio.create_task(self._carry(reader, up_writer, self._flows["up"])),
            asyncio.create_task(self._carry(up_reader, writer, self._flows["down"])),
        ):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flow: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(4096):
                await flow.wait()
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()
        self._writers.discard(writer)
