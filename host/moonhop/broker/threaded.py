"""The broker on a thread of its own, for callers without an event loop (tests, tools)."""

import asyncio
import threading
from concurrent.futures import Future

from moonhop.broker.embedded import EmbeddedBroker

TIMEOUT = 10.0  # seconds to start, and to stop


class ThreadedBroker:
    """EmbeddedBroker with plain ``start`` and ``stop``; the same port each time it is started."""

    def __init__(self, users: dict[str, str], host: str = "127.0.0.1", port: int = 0) -> None:
        self.users = users
        self.host = host
        self.port = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def start(self) -> None:
        """Start it; return when it accepts connections. Raises BrokerError."""
        started: Future[int] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(started)), name="moonhop-broker", daemon=True
        )
        self._thread.start()
        try:
            self.port = started.result(TIMEOUT)
        except BaseException:
            self._thread.join(TIMEOUT)
            raise

    def stop(self) -> None:
        """Stop it and free its port; harmless if it is not running."""
        if self._thread and self._loop and self._stopping:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(TIMEOUT)
        self._thread = self._loop = self._stopping = None

    async def _run(self, started: "Future[int]") -> None:
        broker = EmbeddedBroker(self.users, self.host, self.port)
        try:
            await broker.start()
        except BaseException as error:
            started.set_exception(error)
            return
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        started.set_result(broker.port)
        await self._stopping.wait()
        await broker.stop()
