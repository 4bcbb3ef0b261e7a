"""Somebody outside the fleet who publishes at a steady rate."""

import asyncio
import threading
import time
from types import TracebackType

from moonhop.local_workers import NodeConfig
from tests.host.mqtt import MqttClient


class Publisher:
    """Publishes on a topic at QoS 1 while its ``async with`` block runs: 1, 2, 3 …, or
    ``payload``; on a thread of its own, for a loop that is busy must not slow it down.

    ``sent`` counts; ``stop`` returns when the broker has acknowledged all of it.
    """

    def __init__(
        self, config: NodeConfig, topic: str, rate: float, payload: bytes | None = None
    ) -> None:
        self.sent = 0
        self.seconds = 0.0
        self._topic = topic
        self._period = 1 / rate
        self._payload = payload
        self._over = threading.Event()
        self._mqtt = MqttClient(config.mqtt_port, config.user, config.password, "publisher")
        self._thread = threading.Thread(target=self._run)

    async def __aenter__(self) -> "Publisher":
        await asyncio.to_thread(self._mqtt.__enter__)
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        await asyncio.to_thread(self._mqtt.__exit__, kind, error, trace)

    async def stop(self) -> None:
        """Publish no more."""
        self._over.set()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        begun = time.monotonic()
        last = None
        while not self._over.wait(max(0, begun + self.sent * self._period - time.monotonic())):
            self.sent += 1
            payload = self._payload or b"%d" % self.sent
            last = self._mqtt.client.publish(self._topic, payload, 1)
        if last:
            last.wait_for_publish(30)
        self.seconds = time.monotonic() - begun
