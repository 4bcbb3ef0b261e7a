"""The broker, or the network, is away for a while: a board goes on, joins again, and what its
programs have published meanwhile arrives once, as far as there was room to keep it."""

import asyncio
import contextlib
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from tests.brokers import MosquittoBroker
from tests.host.fleet import on_host
from tests.host.mqtt import MqttClient
from tests.sessions.proxy import Proxy
from tests.sessions.test_brokers_die import until_saved
from tests.sessions.world import run, start_behind, until, until_more

USER, WORD = "fleet", "fleet-secret"
AWAY = [5.0, pytest.param(60.0, marks=pytest.mark.nightly)]  # seconds
BACK = 60.0  # seconds for a board to be there again: it tries at most 45 s apart
LATE = 0.5  # seconds
# Numbers its messages, which are as long as its argument says; prints how many there were.
COUNTER = b"""
local topic, size, period = ...
local n = 0
print("ready")
every(tonumber(period), function()
  n = n + 1
  publish(topic, n .. " " .. ("x"):rep(tonumber(size)), {qos = 1})
end)
"""
SHORT, FULL = "out/short", "out/full"
SIZES = {SHORT: 0, FULL: 200}
PERIODS = {SHORT: 1.5, FULL: 0.1}  # seconds between two messages: a minute's of SHORT find room


class Ear:
    """Remembers the numbers that came, by topic; the broker keeps for it what comes while it is
    away, and may repeat some."""

    def __init__(self, host: Host) -> None:
        self.heard: dict[str, list[int]] = defaultdict(list)
        self.moments: dict[str, list[float]] = defaultdict(list)
        config = host.add_node("ear")
        self.config = config
        self._client = MqttClient(
            config.mqtt_port, config.user, config.password, "ear", clean=False
        )
        self._client.client.on_message = self._take
        self._client.client.reconnect_delay_set(1, 1)

    def _take(self, _client: Any, _data: Any, message: Any) -> None:
        number = int(message.payload.split()[0])
        if number not in self.heard[message.topic][-500:]:
            self.heard[message.topic].append(number)
            self.moments[message.topic].append(time.monotonic())

    def late(self, topic: str, number: int) -> int:
        """Return how many, from a number on, came later than they were said."""
        found = list(zip(self.heard[topic], self.moments[topic], strict=True))
        period = PERIODS[topic]
        begin = min(moment - n * period for n, moment in found)
        return sum(moment > begin + n * period + LATE for n, moment in found if n >= number)

    @contextlib.contextmanager
    def listening(self) -> Iterator["Ear"]:
        with self._client as client:
            client.subscribe("out/#")
            yield self


async def cut(wire: Proxy, seconds: float) -> None:
    """Wi-Fi is away."""
    wire.cut()
    await asyncio.sleep(seconds)
    wire.mend()


async def killed(mosquitto: MosquittoBroker, ear: Ear, seconds: float) -> None:
    """The broker is dead. It acknowledges before it saves, so it is killed when it has saved."""
    await asyncio.to_thread(until_saved, mosquitto, ear.config, "now")
    mosquitto.kill()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(mosquitto.start)


@pytest.mark.parametrize("seconds", AWAY)
@pytest.mark.parametrize("what", ["broker", "network"])
def test_board_goes_on_while_others_are_away_and_what_it_kept_arrives_afterwards_once(
    tmp_path: Path, what: str, seconds: float
) -> None:
    """NMP-050, NMP-052, NMP-053."""
    (tmp_path / "store").mkdir()
    mosquitto = MosquittoBroker({USER: WORD}, tmp_path / "store")
    mosquitto.start()
    external = ExternalBroker(mosquitto.host, mosquitto.port, USER, WORD)

    async def scenario(host: Host) -> None:
        ear = Ear(host)
        async with Proxy(mosquitto.port) as wire:
            await start_behind(host, wire, "board", "shed")
            with ear.listening():
                pids = [
                    await run(host, COUNTER, "shed", topic, str(size), str(PERIODS[topic]))
                    for topic, size in SIZES.items()
                ]
                for topic in SIZES:
                    await until_more(host, lambda: len(ear.heard[topic]), 2)  # noqa: B023
                born = host.scheduler.fleet.node("shed").session
                before = {topic: max(ear.heard[topic]) for topic in SIZES}
                away = cut(wire, seconds) if what == "network" else killed(mosquitto, ear, seconds)
                await away
                for topic in SIZES:
                    due = before[topic] + seconds / PERIODS[topic] + 2
                    await until(host, lambda: max(ear.heard[topic]) > due, BACK)  # noqa: B023
                for pid in pids:  # the host has a connection of its own that it tries anew
                    await until(host, lambda: host.store.process(pid).state == "running", BACK)  # noqa: B023
                assert [host.store.process(pid).epoch for pid in pids] == [1, 1]
                assert host.scheduler.fleet.node("shed").session == born, "it has not started again"
        short, full = ear.heard[SHORT], ear.heard[FULL]
        assert short == list(range(1, len(short) + 1))
        # the oldest of what had no room are lost, in one piece; the newest have come
        (gap,) = [(a, b) for a, b in itertools.pairwise(full) if b != a + 1]
        assert gap[1] > gap[0]
        assert ear.late(FULL, gap[1]) > 0, "some of it was kept"
        warned = [
            [line["text"] for line in host.scheduler.logs.lines(pid) if line["kind"] == "warning"]
            for pid in pids
        ]
        assert warned == [[], ["too many messages wait for the broker: the oldest are dropped"]]

    try:
        on_host(tmp_path / "home", scenario, None, external, longest=180)
    finally:
        mosquitto.stop()
