"""Nodes that are cut off amid a hop, or so long that others have their processes."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop.scheduler.scheduler import Patience
from moonhop_core.errors import MoonhopError
from tests.chaos.program import copies
from tests.chaos.steps import STEPS, at_step
from tests.host.fleet import SOON, on_host, workers
from tests.sessions.listener import LISTENER, all_heard
from tests.sessions.proxy import Proxy
from tests.sessions.publisher import Publisher
from tests.sessions.world import ear, run, start_behind, until, until_back, until_lost, until_more

LONG = Patience(silence=30.0, lost=30.0)
OFTEN = [("before", "release"), ("after", "commit")]
SAYS_WHERE = b"""
local n = 0
print("ready")
every(0.02, function() n = n + 1 publish("out/x", node.id .. " " .. n, {qos = 1}) end)
sleep(1e6)
"""


@pytest.mark.parametrize("kind", ["cpython", "board"])
def test_stale_copy_of_a_node_that_was_cut_off_is_ended_and_what_it_said_stays_unsaid(
    tmp_path: Path, external: ExternalBroker | None, kind: str
) -> None:
    """NMP-047, NMP-053."""

    async def scenario(host: Host) -> None:
        async with Proxy(host.address.mqtt_port) as proxy, ear(host, "out/x") as heard:
            await start_behind(host, proxy, kind, "a")
            pid = await run(host, SAYS_WHERE, "a")
            host.store.set_terms(pid, host.store.process(pid).terms, None, "anywhere")
            await workers(host, "b")
            await until_more(host, lambda: len(heard), 10)
            proxy.cut()
            await until_lost(host, "a")
            await until(host, lambda: bool(numbers(heard, "b")))
            last = max(numbers(heard, "a"))
            proxy.mend()
            await until_back(host, "a")
            while await copies(host, pid) != [("b", host.store.process(pid).epoch, "running")]:
                await host.scheduler.wait_until(lambda: False, 0.05)
            await until_more(host, lambda: len(heard), 20)
            # but for what was on its way when the wire was cut; it has gone on for seconds since
            assert max(numbers(heard, "a")) < last + 10

    on_host(tmp_path, scenario, SOON, external)


def test_node_that_is_cut_off_again_has_its_whole_time_to_come_back_again(tmp_path: Path) -> None:
    lost = 6.0  # seconds

    async def scenario(host: Host) -> None:
        clock = asyncio.get_running_loop().time
        async with Proxy(host.address.mqtt_port) as proxy:
            await start_behind(host, proxy, "cpython", "a")
            pid = await run(host, SAYS_WHERE, "a")
            proxy.cut()
            await until_lost(host, "a")
            first = clock()
            proxy.mend()
            await until_back(host, "a")
            await until(host, lambda: clock() > first + 0.9 * lost)
            proxy.cut()
            await until_lost(host, "a")
            await until(host, lambda: clock() > first + 1.1 * lost)
            assert host.store.process(pid).node == "a", (
                "it was given up when its first time was over"
            )
            proxy.mend()
            await until_back(host, "a")
            row = host.store.process(pid)
            assert (row.node, row.epoch, row.state) == ("a", 1, "running")

    on_host(tmp_path, scenario, Patience(silence=30.0, lost=lost))


def test_process_that_was_asked_to_be_on_a_node_goes_on_there_however_long_it_is_cut_off(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        clock = asyncio.get_running_loop().time
        async with Proxy(host.address.mqtt_port) as proxy, ear(host, "out/x") as heard:
            await start_behind(host, proxy, "cpython", "a")
            pid = await run(host, SAYS_WHERE, "a")
            proxy.cut()
            await until_lost(host, "a")
            lost = clock()
            await until(host, lambda: clock() > lost + 10 * SOON.lost)
            assert host.store.process(pid).state == "unreachable"
            proxy.mend()
            await until_back(host, "a")
            await until_more(host, lambda: len(heard), 20)
            row = host.store.process(pid)
            assert (row.node, row.epoch, row.state) == ("a", 1, "running")
            found = numbers(heard, "a")
            assert found == list(range(1, len(found) + 1))

    on_host(tmp_path, scenario, SOON)


def numbers(heard: list[str], node: str) -> list[int]:
    return [int(text.split()[1]) for text in heard if text.split()[0] == node]


@pytest.mark.parametrize("victim", ["source", "target"])
@pytest.mark.parametrize(
    "step",
    [
        pytest.param(step, id=" ".join(step), marks=[] if step in OFTEN else pytest.mark.nightly)
        for step in STEPS
    ],
)
def test_link_cut_at_a_step_of_a_hop_costs_no_message(
    tmp_path: Path, external: ExternalBroker | None, step: tuple[str, str], victim: str
) -> None:
    async def scenario(host: Host) -> None:
        port = host.address.mqtt_port
        async with Proxy(port) as one, Proxy(port) as other:
            await start_behind(host, one, "cpython", "a")
            await start_behind(host, other, "cpython", "b")
            pid = await run(host, LISTENER, "a", "numbers", "in/x", "in/+")
            cut, name = (one, "a") if victim == "source" else (other, "b")
            async with Publisher(host.add_node("publisher"), "in/x", 200) as publisher:
                await until_more(host, lambda: publisher.sent, 20)
                at_step(host, step, cut.cut)
                with contextlib.suppress(MoonhopError):  # what counts is the process
                    await host.scheduler.hop(pid, "b")
                await until_lost(host, name)
                await until_more(host, lambda: publisher.sent, 40)
                cut.mend()
                await until_back(host, name)
                await until(host, lambda: host.store.process(pid).state == "running")
                await publisher.stop()
            await all_heard(host, pid, publisher.sent, 2)
            row = host.store.process(pid)
            while await copies(host, pid) != [(row.node, row.epoch, "running")]:
                await host.scheduler.wait_until(lambda: False, 0.05)
                row = host.store.process(pid)

    on_host(tmp_path, scenario, LONG, external)
