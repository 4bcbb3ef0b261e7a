"""What a node says when it cannot keep all: the bounds of what waits (NMP-050, NMP-053)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
from amqtt.session import Session

from moonhop.broker.journal import Journal
from moonhop.broker.outbox import WINDOW, Outbox
from moonhop.node.paho_link import CROWD
from moonhop.node.paho_session import ClientSession
from moonhop_core.node.link import Numbers
from tests.brokers import Broker
from tests.node.fleet import Fleet, run
from tests.sessions.proxy import Proxy
from tests.waiting import until

WAIT = 30.0  # seconds


@contextlib.asynccontextmanager
async def node_behind(fleet: Fleet, proxy: Proxy) -> AsyncIterator[Any]:
    """A node whose wire to the broker is a proxy."""
    async with fleet.cpython("node-a", mqtt_port=proxy.port) as node:
        yield node


async def without_broker(proxy: Proxy, node: Any, work: Callable[[], Any]) -> None:
    """Do something while the node's wire is cut; return when it is back."""
    link = node.worker.link
    connections = link.connections
    proxy.cut()
    await until(lambda: not link.connected, WAIT, "it is not cut off")
    result = work()
    if result is not None:
        await result
    proxy.mend()
    await until(lambda: link.connections > connections, WAIT, "it is not back")


def has_said(fleet: Fleet, pid: str, more: int) -> bool:
    return len(fleet.outputs(pid)) > more


def warnings(fleet: Fleet) -> list[str]:
    return [line["text"] for line in fleet.logs if line["kind"] == "warning"]


def test_more_than_a_process_may_keep_for_the_broker_is_told_and_the_newest_goes_out(
    broker: Broker,
) -> None:
    async def body(fleet: Fleet) -> None:
        async with Proxy(fleet.broker.port) as proxy, node_behind(fleet, proxy) as node:
            await fleet.run("node-a", "p1", fleet.program(interval=9))
            hosted = node.worker.processes["p1"]
            hosted.outgoing._most = 1000

            def publish() -> None:
                for number in range(200):
                    hosted.publish("out/p9", str(number), 1, False)

            await without_broker(proxy, node, publish)
            await fleet.until(lambda: 199 in fleet.outputs("p9"))
            assert warnings(fleet) == [
                "too many messages wait for the broker: the oldest are dropped"
            ]
            heard = fleet.outputs("p9")
            assert heard == list(range(200 - len(heard), 200))
            assert 90 < len(heard) < 120

    run(body, broker)


def test_programs_rest_while_the_broker_is_slow_and_nothing_they_say_is_lost(
    broker: Broker,
) -> None:
    async def body(fleet: Fleet) -> None:
        async with Proxy(fleet.broker.port) as proxy, node_behind(fleet, proxy) as node:
            link, program = node.worker.link, fleet.program(interval=0.0005)
            for pid in ("p1", "p2"):
                await fleet.run("node-a", pid, program)
            proxy.stall("up")
            await until(lambda: link.crowded, WAIT, "it is not crowded")
            for _ in range(5):
                await link.room()  # a process that did not rest would say hundreds of things
            assert len(link._client._out_messages) < 1.2 * CROWD
            await node.worker.processes["p1"].hold(10)  # at rest is at rest
            node.worker.processes["p1"].unhold()
            proxy.mend()
            for pid in ("p1", "p2"):
                await fleet.until(partial(has_said, fleet, pid, 2 * CROWD))
                said = fleet.outputs(pid)
                assert said == list(range(said[0], said[0] + len(said)))

    run(body, broker)


def test_broker_that_has_forgotten_the_session_is_told_of_in_the_log(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        back = asyncio.Event()
        fleet.link.on_reconnect = back.set

        async def restart() -> None:
            await asyncio.to_thread(fleet.broker.stop)
            await asyncio.to_thread(fleet.broker.start)
            await asyncio.wait_for(back.wait(), 30)

        async with Proxy(fleet.broker.port) as proxy, node_behind(fleet, proxy) as node:
            await fleet.run("node-a", "p1", fleet.program(hear="in/x", interval=9))
            await fleet.run("node-a", "deaf", fleet.program(interval=9))
            await fleet.until(lambda: len(fleet.logs) == 2)
            await without_broker(proxy, node, restart)
            await fleet.until(lambda: warnings(fleet))
            told = [line for line in fleet.logs if line["kind"] == "warning"]
            assert [line["pid"] for line in told] == ["p1"]
            assert "forgot this node's session" in told[0]["text"]
            hosted = node.worker.processes["p1"]
            doubtful = lambda: hosted.outgoing.doubtful  # noqa: E731 - what it says at QoS 0 waits
            await until(lambda: not doubtful(), WAIT, doubtful)
            fleet.link.publish("in/x", b"again", 1)
            await fleet.until(lambda: fleet.heard("p1") == ["again"])

    run(body, broker)


def test_more_than_a_process_may_have_waiting_for_it_is_told(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a") as node:
            await fleet.run("node-a", "p1", fleet.program(hear="in/x", interval=9))
            await fleet.until(lambda: fleet.logs)
            assert node.worker
            hosted = node.worker.processes["p1"]
            await hosted.hold(10)
            for number in range(1200):
                hosted.hear("in/x", b"%d" % number)
            hosted.unhold()
            await fleet.until(lambda: len(fleet.heard("p1")) >= 1000)
            assert fleet.heard("p1") == [str(number) for number in range(200, 1200)]
            await fleet.until(lambda: warnings(fleet))
            assert warnings(fleet) == ["200 messages were too many to keep and are lost"]

    run(body, broker)


def test_number_that_comes_again_is_known_until_as_many_others_came() -> None:
    numbers = Numbers(4)
    assert [numbers.is_new(n, False) for n in (1, 2, 3)] == [True] * 3
    assert not numbers.is_new(2, True)
    assert numbers.is_new(2, False)  # not marked as sent before: another message
    assert numbers.is_new(9, True)
    assert numbers.is_new(10, False)
    assert numbers.is_new(1, True)
    numbers.begin(True)
    assert not numbers.is_new(1, True)
    numbers.begin(False)
    assert numbers.is_new(1, True)
    numbers.begin(True, doubt=True)
    assert numbers.is_new(2, False)
    assert not numbers.is_new(1, True)  # if it is the old session after all
    numbers.begin(True)
    assert numbers.is_new(1, True)  # it could be the new one's
    assert not numbers.is_new(2, True)


def test_session_begun_by_an_attempt_without_an_answer_is_asked_for_all_filters_again() -> None:
    session = ClientSession()
    session.wanted = {"a": 1, "b": 1}
    session.attempted()
    session.connected(False)
    session.ask(1, "a")
    session.granted(1, True)
    assert session.missing == [("b", 1)]
    session.attempted()
    session.connected(True)
    assert session.missing == [("b", 1)]
    session.attempted()  # and no answer
    session.attempted()
    session.connected(True)
    assert session.missing == [("a", 1), ("b", 1)]
    session.ask(2, "a")
    session.granted(2, True)
    assert session.missing == [("b", 1)]


def test_broker_drops_the_oldest_of_too_many_for_one_client_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("moonhop.broker.outbox.LONGEST", 150)
    session = Session()
    session.client_id, session.clean_session = "a", False
    outbox = Outbox(session, Journal())
    sent: list[int] = []
    outbox.connect(lambda message, again: sent.append(int(message.data)))
    for number in range(160):
        outbox.put("room/x", b"%d" % number, 1, False)
        outbox.pump()
    assert sent == list(range(WINDOW))  # those are under way and are not dropped
    for number in range(1, 161):
        outbox.confirm(number)
    assert sent == [*range(WINDOW), *range(WINDOW + 10, 160)]
    assert outbox.empty
    assert caplog.text.count("too many messages wait for client a") == 1


def test_qos_0_keeps_its_place_behind_what_waits_for_the_window() -> None:
    session = Session()
    session.client_id, session.clean_session = "a", False
    outbox = Outbox(session, Journal())
    sent: list[bytes] = []
    outbox.connect(lambda message, again: sent.append(message.data))
    for _ in range(WINDOW + 1):
        outbox.put("room/x", b"1", 1, False)
        outbox.pump()
    outbox.put("room/x", b"0", 0, False)
    outbox.pump()
    assert sent == [b"1"] * WINDOW
    outbox.confirm(1)
    assert sent == [b"1"] * (WINDOW + 1) + [b"0"]
