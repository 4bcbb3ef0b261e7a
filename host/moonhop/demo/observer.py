"""Somebody on the fleet's broker who hears what the demo's program publishes."""

import asyncio
from collections.abc import Callable

from moonhop.broker.access import HOST
from moonhop.host import Host
from moonhop.node.paho_link import PahoLink
from moonhop_core.node.messages import Topics, encode

ESTIMATE, ASK = "readings/estimate", "readings/ask"


class Observer:
    """Collects the estimates, in the order they come; ``estimates`` holds them as published."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.estimates: list[str] = []
        self._came = asyncio.Event()
        self._link: PahoLink | None = None

    async def open(self) -> None:
        """Connect and listen."""
        address = self._host.address
        self._link = PahoLink(
            address.mqtt_host,
            address.mqtt_port,
            client_id="demo",
            user=HOST,
            password=self._host.credentials.host,
        )
        self._link.on_message = self._take
        topic = Topics(address.fleet).base + "observer/demo"
        await self._link.connect(topic, encode({"state": "ready"}), encode({"state": "lost"}))
        await self._link.subscribe(ESTIMATE)

    async def close(self) -> None:
        """Leave."""
        if self._link:
            await self._link.disconnect()

    def ask(self, who: str) -> None:
        """Ask the program to print where it is."""
        if self._link:
            self._link.publish(ASK, who.encode(), qos=1)

    async def wait_for(self, count: int, timeout: float, worth_it: Callable[[], bool]) -> bool:
        """Wait for so many estimates, as long as it is worth it; tell whether they are there."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while len(self.estimates) < count and loop.time() < deadline and worth_it():
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), 0.5)
            except TimeoutError:
                continue
        return len(self.estimates) >= count

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic == ESTIMATE:
            self.estimates.append(payload.decode())
            self._came.set()
