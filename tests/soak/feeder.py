"""Sends numbers to a program and counts what it sends back."""

import random
import threading
import time
from typing import Any

from moonhop.local_workers import NodeConfig
from tests.host.mqtt import MqttClient

WINDOW = 16  # messages under way
LONGEST = 200  # bytes of a message
TIMEOUT = 90.0  # seconds without an answer, a restart of the broker included


class Feeder:
    """Publishes "1 xxx…", "2 xxx…" at QoS 1 on ``soak/in`` while its ``with`` block runs, as
    quickly as the answers come on ``soak/out``, and no further than told by ``to``.

    ``echoed`` are the numbers that came back, once and in order; ``wrong`` tells of all that did
    not. ``repeated`` counts those that came again, as a broker may have it.
    """

    def __init__(self, config: NodeConfig, seed: int) -> None:
        self.sent = self.echoed = self.repeated = 0
        self.wrong: list[str] = []
        self._limit = 0
        self._acknowledged = 0
        self._broken = False
        self._over = False
        self._chance = random.Random(seed)
        self._news = threading.Condition()
        self._mqtt = MqttClient(
            config.mqtt_port, config.user, config.password, "feeder", clean=False
        )
        client = self._mqtt.client
        client.on_message = self._take
        client.on_publish = self._count_acknowledged
        client.on_disconnect = self._note_break
        client.reconnect_delay_set(1, 1)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Feeder":
        self._mqtt.__enter__()
        self._mqtt.subscribe("soak/out")
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        with self._news:
            self._over = True
            self._news.notify_all()
        self._thread.join()
        self._mqtt.__exit__(*raised)

    def to(self, limit: int) -> None:
        """Send numbers up to this one."""
        with self._news:
            self._limit = limit
            self._news.notify_all()

    def wait(self, number: int) -> None:
        """Wait until a number has come back."""
        self._until(lambda: self.echoed >= number)

    def wait_stuck(self) -> None:
        """Wait until no more can be sent before something comes back."""
        self._until(lambda: self.sent - self.echoed >= WINDOW or self.sent == self._limit)

    def _until(self, done: Any) -> None:
        with self._news:
            while not done():
                before = self.echoed
                woken = self._news.wait_for(lambda: done() or self.echoed > before, TIMEOUT)  # noqa: B023
                assert woken, f"nothing came after {before} for {TIMEOUT:g} s; {self.sent} sent"

    def _may_send(self) -> bool:
        """Tell whether the next number may go: what a broken connection left comes first, which
        paho alone would not see to."""
        if self._broken and self._mqtt.client.is_connected():
            self._broken = self._acknowledged < self.sent
        return not self._broken and self.sent < self._limit and self.sent - self.echoed < WINDOW

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._over and not self._may_send():
                    self._news.wait(1)
                if self._over:
                    return
                self.sent += 1
                text = f"{self.sent} ".ljust(self._chance.randint(8, LONGEST), "x")
            self._mqtt.client.publish("soak/in", text, 1)

    def _take(self, _client: Any, _data: Any, message: Any) -> None:
        number = int(message.payload.split()[0])
        with self._news:
            if number <= self.echoed:
                self.repeated += 1
                return
            if number != self.echoed + 1:
                self.wrong.append(f"{number} came back in place of {self.echoed + 1}")
            self.echoed = number
            self._news.notify_all()

    def _count_acknowledged(self, *_: Any) -> None:
        with self._news:
            self._acknowledged += 1
            self._news.notify_all()

    def _note_break(self, *_: Any) -> None:
        self._broken = True


def rate(messages: int, begun: float) -> float:
    """Return messages a second since a moment of time.monotonic()."""
    return messages / (time.monotonic() - begun)
