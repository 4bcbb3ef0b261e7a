"""The threads of turns, and a link that writes at once what the network takes."""

import asyncio
import threading

import pytest

from moonhop.node.paho_link import PahoLink
from moonhop.node.turns import TurnThreads
from tests.brokers import Broker
from tests.waiting import until


def test_functions_run_at_the_same_time_and_each_gets_its_own_result() -> None:
    async def body() -> None:
        turns = TurnThreads(asyncio.get_running_loop(), 3)
        meeting = threading.Barrier(3)
        runs = [turns.run(lambda n=n: (meeting.wait(10), n)[1]) for n in range(3)]  # type: ignore[misc]
        assert await asyncio.gather(*runs) == [0, 1, 2]
        turns.close()

    asyncio.run(body())


def test_a_thread_is_used_again_when_it_is_free() -> None:
    async def body() -> None:
        turns = TurnThreads(asyncio.get_running_loop(), 3)
        assert len({await turns.run(threading.get_ident) for _ in range(20)}) == 1
        turns.close()

    asyncio.run(body())


def test_what_finds_no_thread_waits_for_one_in_order() -> None:
    async def body() -> None:
        turns = TurnThreads(asyncio.get_running_loop(), 1)
        gate = threading.Event()
        order: list[int] = []
        first = turns.run(lambda: gate.wait(10))
        others = [turns.run(lambda n=n: order.append(n)) for n in range(5)]  # type: ignore[misc]
        gate.set()
        await asyncio.gather(first, *others)
        assert order == [0, 1, 2, 3, 4]
        turns.close()

    asyncio.run(body())


def test_an_error_reaches_who_waits_and_the_thread_goes_on() -> None:
    async def body() -> None:
        turns = TurnThreads(asyncio.get_running_loop(), 1)
        with pytest.raises(ZeroDivisionError):
            await turns.run(lambda: 1 // 0)
        assert await turns.run(lambda: 5) == 5
        turns.close()

    asyncio.run(body())


def test_after_the_end_nothing_more_is_begun() -> None:
    async def body() -> None:
        turns = TurnThreads(asyncio.get_running_loop(), 1)
        began, gate = threading.Event(), threading.Event()
        begun: list[int] = []
        first = turns.run(lambda: (began.set(), gate.wait(10))[1])  # type: ignore[func-returns-value]
        second = turns.run(lambda: begun.append(1))
        await asyncio.to_thread(began.wait, 10)
        turns.close()
        gate.set()
        assert await first
        with pytest.raises(asyncio.CancelledError):
            await second
        with pytest.raises(RuntimeError):
            turns.run(lambda: None)
        assert begun == []

    asyncio.run(body())


@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize("size", [1, 300_000])
def test_what_the_network_does_not_take_at_once_goes_later_and_in_order(
    broker: Broker, qos: int, size: int
) -> None:
    """Messages are published in one breath; who hears them publishes again while it is called."""

    async def body() -> None:
        user, password = next(iter(broker.users.items()))
        link = PahoLink(broker.host, broker.port, client_id="t/x", user=user, password=password)
        came: list[int] = []
        again: list[int] = []

        def hear(topic: str, payload: bytes, _retained: bool) -> None:
            (came if topic == "there" else again).append(int(payload.split()[0]))
            if topic == "there":
                link.publish("back", payload, qos)

        link.on_message = hear
        await link.connect("state/x", b"here", b"lost")
        await link.subscribe("there")
        await link.subscribe("back")
        for number in range(30):
            link.publish("there", b"%d %s" % (number, b"x" * size), qos)
        await until(lambda: len(again) >= 30, 30, lambda: again)
        await link.drain()
        assert came == again == list(range(30))
        await link.disconnect()

    asyncio.run(body())
