"""A process hops again and again while somebody publishes: it misses and doubles nothing."""

import itertools
from pathlib import Path

import pytest

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from tests.host.fleet import WAIT, on_host, until_printed
from tests.sessions.listener import LISTENER, all_heard, wrong
from tests.sessions.publisher import Publisher

RATE = 200  # messages a second


@pytest.mark.parametrize(
    ("kind", "filters"),
    [
        pytest.param("numbers", ["in/#", "+/x", "in/x"], id="overlapping"),
        pytest.param("numbers", ["in/x"], id="numbers", marks=pytest.mark.nightly),
        pytest.param("numbers", ["in/+"], id="one level", marks=pytest.mark.nightly),
        pytest.param("alike", ["in/x"], id="alike", marks=pytest.mark.nightly),
    ],
)
def test_every_message_is_handled_once_and_in_order_over_fifty_hops(
    tmp_path: Path, external: ExternalBroker | None, kind: str, filters: list[str]
) -> None:
    hops = 50

    async def scenario(host: Host) -> None:
        await three_unlike_workers(host)
        program = host.programs.add(LISTENER, "listener.lua")
        row = host.scheduler.submit(NewProcess("listener", program.hash, [kind, *filters], "lua54"))
        await host.scheduler.wait_started(row.pid, WAIT)
        await until_printed(host, row.pid, 1)
        payload = b"the same" if kind == "alike" else None
        places = itertools.cycle(["python", "board", "lua54"])
        async with Publisher(host.add_node("publisher"), "in/x", RATE, payload) as publisher:
            for place in itertools.islice(places, hops):
                await host.scheduler.hop(row.pid, place)
                assert not wrong(host, row.pid)
            await publisher.stop()
        print(f"{publisher.sent} messages, {publisher.sent / publisher.seconds:.0f} a second")
        await all_heard(host, row.pid, publisher.sent, len(filters))

    on_host(tmp_path, scenario, broker=external)


async def three_unlike_workers(host: Host) -> None:
    """Start a worker with each of two engines on CPython, and one on MicroPython."""
    started = [
        await host.workers.start_cpython(host.add_node("lua54"), ["lua54"]),
        await host.workers.start_cpython(host.add_node("python"), ["python"]),
        await host.workers.start_micropython(host.add_node("board")),
    ]
    for worker in started:
        await host.wait_for_worker(worker, 60)  # a board's files may have to be made first
