"""A host on a thread of its own, for tests that ask it over HTTP and MQTT as others do."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host, Ports
from moonhop.state import State

TIMEOUT = 30.0  # seconds
FLEET = "lab"


class RunningHost:
    """A host that runs while its ``with`` block does; ``http`` has the API token.

    ``broker``: one that runs elsewhere, instead of its own.
    """

    def __init__(
        self, home: Path, ports: Ports | None = None, broker: ExternalBroker | None = None
    ) -> None:
        self.home = home
        self._ports, self._broker = ports, broker
        self.host: Host
        self._stop: asyncio.Event
        self._loop: asyncio.AbstractEventLoop

    def __enter__(self) -> "RunningHost":
        started: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)))
        self._thread.start()
        started.result(TIMEOUT)
        self.http = self.client(self.host.credentials.token)
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(TIMEOUT)
        assert not self._thread.is_alive()

    def client(self, token: str | None) -> httpx.Client:
        """Return an HTTP client with a token; close it."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.host.address.url, headers=headers, timeout=TIMEOUT)

    def do(self, work: Coroutine[Any, Any, Any], seconds: float = TIMEOUT) -> Any:
        """Run something on the host's loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    async def _run(self, started: "Future[None]") -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            state = State(FLEET, self.home)
            async with Host(state, self._ports, broker=self._broker) as self.host:
                started.set_result(None)
                await self._stop.wait()
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)
