"""A node whose wire to the broker breaks misses nothing, and loses nothing of its own."""

from pathlib import Path

import pytest

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop.scheduler.scheduler import Patience
from tests.host.fleet import on_host
from tests.sessions.listener import LISTENER, all_heard
from tests.sessions.proxy import Proxy
from tests.sessions.publisher import Publisher
from tests.sessions.world import ear, run, start_behind, until_back, until_lost, until_more

RATE = 200  # messages a second
LONG = Patience(silence=30.0, lost=30.0)
COUNTER = b"""
local n = 0
print("ready")
every(0.01, function() n = n + 1 publish("out/x", n, {qos = 1}) end)
sleep(1e6)
"""

LOST = "acknowledgements lost"


def ways(*often: tuple[str, str], all_ways: list[str]) -> pytest.MarkDecorator:
    """Parametrise over kinds of nodes and ways to break a link, the rarer ones in the nightly."""
    return pytest.mark.parametrize(
        ("kind", "how"),
        [
            pytest.param(kind, how, marks=[] if (kind, how) in often else pytest.mark.nightly)
            for kind in ("cpython", "board")
            for how in all_ways
        ],
    )


async def break_up(host: Host, proxy: Proxy, how: str) -> None:
    """Break a node's connection in one of several ways; return when the host knows."""
    if how == LOST:
        proxy.stall("up")
        await until_more(host, host.scheduler.clock, 0.2)  # messages go on coming
    if how == "half closed":
        proxy.close_half()
        await until_lost(host, "a")
    proxy.cut()
    await until_lost(host, "a")


@ways(
    ("cpython", "cut"),
    ("cpython", LOST),
    ("board", LOST),
    all_ways=["cut", LOST, "half closed"],
)
def test_what_is_published_while_a_link_is_broken_is_handled_once_and_in_order_afterwards(
    tmp_path: Path, external: ExternalBroker | None, kind: str, how: str
) -> None:
    """NMP-050, NMP-051."""

    async def scenario(host: Host) -> None:
        async with Proxy(host.address.mqtt_port) as proxy:
            await start_behind(host, proxy, kind, "a")
            pid = await run(host, LISTENER, "a", "numbers", "in/x", "in/+")
            async with Publisher(host.add_node("publisher"), "in/x", RATE) as publisher:
                for _ in range(2):
                    await until_more(host, lambda: publisher.sent, 50)
                    await break_up(host, proxy, how)
                    await until_more(host, lambda: publisher.sent, 100)
                    proxy.mend()
                    await until_back(host, "a")
                await publisher.stop()
            await all_heard(host, pid, publisher.sent, 2)

    on_host(tmp_path, scenario, LONG, external)


@ways(("cpython", LOST), ("board", LOST), all_ways=["cut", LOST])
def test_what_a_program_publishes_while_its_link_is_broken_goes_out_afterwards_in_order(
    tmp_path: Path, external: ExternalBroker | None, kind: str, how: str
) -> None:
    """NMP-052, NMP-053."""

    async def scenario(host: Host) -> None:
        async with Proxy(host.address.mqtt_port) as proxy, ear(host, "out/x") as heard:
            await start_behind(host, proxy, kind, "a")
            await run(host, COUNTER, "a")
            for _ in range(2):
                await until_more(host, lambda: len(heard), 30)
                await break_up(host, proxy, how)
                await until_more(host, host.scheduler.clock, 0.5)
                proxy.mend()
                await until_back(host, "a")
            await until_more(host, lambda: len(heard), 50)
            numbers = [int(text) for text in heard]
            if external is None:
                assert numbers == list(range(1, len(numbers) + 1))
            else:  # mosquitto counts twice what it gets again without having acknowledged it
                assert list(dict.fromkeys(numbers)) == list(range(1, max(numbers) + 1))

    on_host(tmp_path, scenario, LONG, external)
