"""Somebody outside the fleet who publishes at a steady rate."""

import asyncio
import threading
import time
from collections import deque
from typing import Any

from moonhop.local_workers import NodeConfig
from tests.host.mqtt import MqttClient

TIMEOUT = 60.0  # seconds for all to be acknowledged, a restart of the broker included


class Publisher:
    """Publishes on a topic at QoS 1 while its ``async with`` block runs: 1, 2, 3 …, or
    ``payload``; on a thread of its own, for a loop that is busy must not slow it down.

    ``sent`` counts; ``stop`` returns when the broker has acknowledged all of it. Its session
    outlives a connection: what was not acknowledged when one broke is sent again, and only then
    what came meanwhile (paho alone would send new messages as soon as there is a socket).
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
        self._tick = threading.Event()  # never set
        self._free = threading.Event()  # it has not been told to pause
        self._free.set()
        self._backlog: deque[bytes] = deque()
        self._broken = False
        self._handed = 0  # messages that paho has
        self._acknowledged = 0
        self._mqtt = MqttClient(
            config.mqtt_port, config.user, config.password, "publisher", clean=False
        )
        self._mqtt.client.on_publish = self._count_acknowledged
        self._mqtt.client.on_disconnect = self._note_break
        self._mqtt.client.reconnect_delay_set(1, 1)
        self._thread = threading.Thread(target=self._run)

    async def __aenter__(self) -> "Publisher":
        await asyncio.to_thread(self._mqtt.__enter__)
        self._thread.start()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.stop()
        await asyncio.to_thread(self._mqtt.__exit__, *raised)

    async def stop(self) -> None:
        """Publish no more; return when the broker has acknowledged all."""
        self._over.set()
        self._free.set()
        await asyncio.to_thread(self._thread.join)
        await self.pause()

    async def pause(self) -> None:
        """Publish nothing until ``go_on``; return when the broker has acknowledged all so far."""
        self._free.clear()
        await asyncio.to_thread(self._wait)

    def go_on(self) -> None:
        """Publish again."""
        self._free.set()

    def _wait(self) -> None:
        end = time.monotonic() + TIMEOUT
        while self._acknowledged < self.sent:
            self._hand_on()
            assert time.monotonic() < end, (self._acknowledged, self.sent)
            self._tick.wait(0.01)

    def _count_acknowledged(self, *_: Any) -> None:
        self._acknowledged += 1

    def _note_break(self, *_: Any) -> None:
        self._broken = True

    def _hand_on(self) -> None:
        if self._broken and self._mqtt.client.is_connected():
            self._broken = self._acknowledged < self._handed
        while self._backlog and not self._broken:
            self._handed += 1
            self._mqtt.client.publish(self._topic, self._backlog.popleft(), 1)

    def _run(self) -> None:
        begun = due = time.monotonic()
        while not self._over.wait(max(0, due - time.monotonic())):
            if not self._free.is_set():
                self._free.wait()
                due = time.monotonic()
                continue
            self.sent += 1
            self._backlog.append(self._payload or b"%d" % self.sent)
            self._hand_on()
            due += self._period
        self.seconds = time.monotonic() - begun
