"""Hops between nodes: a process goes on elsewhere, or stays; never both, never none."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from moonhop_core.node.messages import RequestError, encode
from tests.brokers import Broker
from tests.node.fleet import Fleet, run

KINDS = ["cpython", "board"]


@contextlib.asynccontextmanager
async def node(fleet: Fleet, kind: str, name: str, folder: Path) -> AsyncIterator[Any]:
    """A node of either kind."""
    made = fleet.cpython(name) if kind == "cpython" else fleet.board(name, folder / name)
    async with made as found:
        yield found


def in_sequence(numbers: list[int]) -> bool:
    return numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_process_hops_there_and_back_and_counts_on(
    broker: Broker, tmp_path: Path, source: str, target: str
) -> None:
    """NMP-040 to NMP-045."""

    async def body(fleet: Fleet) -> None:
        async with (
            node(fleet, source, "node-a", tmp_path),
            node(fleet, target, "node-b", tmp_path),
        ):
            await fleet.run("node-a", "p1", fleet.program(interval=0.002, padding=3000))
            for place in ("node-b", "node-a", "node-b"):
                await fleet.more("p1")
                report = await fleet.hop("p1", place)
                assert report["bytes"] > 3000
                assert await fleet.copies("p1", "node-a", "node-b") == [(place, "running")]
            await fleet.more("p1")
            assert in_sequence(fleet.outputs("p1"))
            await fleet.until(lambda: len(fleet.logs) > len(fleet.outputs("p1")))
            assert in_sequence([line["seq"] for line in fleet.logs])

    run(body, broker)


@pytest.mark.parametrize("target", KINDS)
def test_every_message_is_handled_once_and_in_order_across_hops(
    broker: Broker, tmp_path: Path, target: str
) -> None:
    """NMP-041, NMP-045."""

    async def body(fleet: Fleet) -> None:
        async with (
            fleet.cpython("node-a"),
            node(fleet, target, "node-b", tmp_path),
        ):
            await fleet.run("node-a", "p1", fleet.program(hear="in/+", interval=1))
            await fleet.until(lambda: fleet.logs)
            sent = 0
            over = False
            hops = []

            async def publisher() -> None:
                nonlocal sent
                while not over:
                    sent += 1
                    fleet.link.publish("in/x", b"%d" % sent, 1)
                    await asyncio.sleep(0.005)

            work = asyncio.create_task(publisher())
            await fleet.until(lambda: len(fleet.heard("p1")) > 20)
            for place in ["node-b", "node-a"] * 5:
                await fleet.hop("p1", place)
                hops.append((sent, place))
                await fleet.more_heard("p1")
            over = True
            await work
            await fleet.until(
                lambda: len(fleet.heard("p1")) >= sent,
                lambda: set(range(1, sent + 1)) ^ set(map(int, fleet.heard("p1"))) | set(hops),
            )
            assert fleet.heard("p1") == [str(n) for n in range(1, sent + 1)]

    run(body, broker)


def test_hop_that_the_target_refuses_leaves_the_process_where_it_was(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a", tags=["wet"]), fleet.cpython("node-b"):
            await fleet.run("node-a", "p1", fleet.program(needs=["wet"], interval=0.002))
            with pytest.raises(RequestError, match="wet"):
                await fleet.hop("p1", "node-b")
            await still_one(fleet, "node-a")

    run(body, broker)


async def still_one(fleet: Fleet, place: str, *nodes: str) -> None:
    """Check that one copy of p1 runs, at `place`, and counts on."""
    nodes = nodes or ("node-a", "node-b")
    assert await fleet.copies("p1", *nodes) == [(place, "running")]
    await fleet.more("p1")
    assert in_sequence(fleet.outputs("p1"))


Tamper = Callable[[bytes, int], "list[bytes]"]


def tamper_with_images(node: Any, tamper: Tamper) -> None:
    """Have `tamper(payload, number)` decide what becomes of each chunk that a node sends."""
    publish = node.worker.link.publish
    count = 0

    def changed(topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        nonlocal count
        if not topic.endswith("/image"):
            publish(topic, payload, qos, retain)
            return
        count += 1
        for each in tamper(payload, count):
            publish(topic, each, qos, retain)

    node.worker.link.publish = changed


def altered(payload: bytes) -> bytes:
    return payload[:-1] + bytes([payload[-1] ^ 1])


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda p, n: [] if n == 2 else [p], id="one lost"),
        pytest.param(lambda p, n: [altered(p)] if n == 2 else [p], id="one altered"),
        pytest.param(lambda p, n: [p, p], id="all doubled"),
        pytest.param(lambda p, n: [p] if n % 3 else [], id="every third lost"),
    ],
)
def test_chunk_that_is_lost_altered_or_doubled_is_sent_again(
    broker: Broker, tamper: Tamper
) -> None:
    """NMP-043."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a") as source, fleet.cpython("node-b"):
            await fleet.run("node-a", "p1", fleet.program(interval=0.002, padding=60000))
            tamper_with_images(source, tamper)
            await fleet.hop("p1", "node-b", deadline=9)
            await still_one(fleet, "node-b")

    run(body, broker)


def test_hop_whose_image_never_gets_through_ends_at_the_deadline_and_the_source_goes_on(
    broker: Broker,
) -> None:
    """NMP-042."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a") as source, fleet.cpython("node-b"):
            await fleet.run("node-a", "p1", fleet.program(interval=0.002, padding=60000))
            tamper_with_images(source, lambda payload, n: [altered(payload)])
            with pytest.raises(RequestError) as caught:
                await fleet.hop("p1", "node-b", deadline=1)
            assert caught.value.code == "deadline"
            await still_one(fleet, "node-a")

    run(body, broker)


def test_process_that_does_not_come_to_rest_runs_on(broker: Broker) -> None:
    """NMP-042."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"), fleet.cpython("node-b"):
            await fleet.run("node-a", "p1", fleet.program(busy=1.5, interval=0.01))
            with pytest.raises(RequestError) as caught:
                await fleet.hop("p1", "node-b", deadline=0.3)
            assert caught.value.code == "deadline"
            assert await fleet.copies("p1", "node-a", "node-b") == [("node-a", "running")]
            await fleet.until(lambda: fleet.outputs("p1"))

    run(body, broker)


def test_target_that_dies_before_the_commit_leaves_the_source_running(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"), fleet.board("node-b", tmp_path / "b") as board:
            program = fleet.program(interval=0.002)
            await fleet.run("node-a", "p1", program)
            await fleet.ask("node-b", "prepare", pid="p1", transfer="t", program=program, epoch=2)
            board.kill()
            with pytest.raises(RequestError) as caught:
                await fleet.ask("node-a", "release", pid="p1", transfer="t", epoch=1, deadline=1)
            assert caught.value.code == "deadline"
            await still_one(fleet, "node-a", "node-a")
            await fleet.until(lambda: fleet.births["node-b"]["state"] == "lost")

    run(body, broker)


def test_source_that_dies_before_the_commit_leaves_no_second_copy(
    broker: Broker, tmp_path: Path
) -> None:
    """NMP-046: the target asks whose the process is, and abandons."""

    async def body(fleet: Fleet) -> None:
        async with fleet.board("node-a", tmp_path / "a") as board, fleet.cpython("node-b") as b:
            impatient(b)
            program = fleet.program(interval=0.002)
            await fleet.run("node-a", "p1", program)
            await fleet.ask("node-b", "prepare", pid="p1", transfer="t", program=program, epoch=2)
            board.kill()
            await fleet.until(lambda: "abandoned" in fleet.states("p1"))
            assert await fleet.copies("p1", "node-b") == []

    run(body, broker)


def impatient(node: Any) -> None:
    """Have a node ask for the owner after 0.2 s in between instead of 5."""
    node.worker.patience = 200000


@pytest.mark.parametrize("committed", [False, True])
def test_nodes_left_without_a_host_ask_for_the_owner_until_one_copy_goes_on(
    broker: Broker, committed: bool
) -> None:
    """NMP-046."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a") as a, fleet.cpython("node-b") as b:
            program = fleet.program(interval=0.002)
            await fleet.run("node-a", "p1", program)
            common: dict[str, Any] = {"pid": "p1", "transfer": "t"}
            await fleet.ask("node-b", "prepare", program=program, epoch=2, **common)
            await fleet.ask("node-a", "release", epoch=1, deadline=5, **common)
            fleet.owners["p1"]["pending"] = True
            impatient(a)
            impatient(b)
            await fleet.until(lambda: len(fleet.asked) > 2)
            states = dict(await fleet.copies("p1", "node-a", "node-b"))
            assert states == {"node-a": "released", "node-b": "restored"}
            place, epoch = ("node-b", 2) if committed else ("node-a", 1)
            fleet.owners["p1"] = {"node": place, "epoch": epoch, "pending": False}
            last = "dropped" if committed else "abandoned"
            await fleet.until(lambda: last in fleet.states("p1"))
            await fleet.until(lambda: fleet.states("p1").count("running") > 1)
            await still_one(fleet, place)

    run(body, broker)


@pytest.mark.parametrize("twice", ["asked again before", "said twice by the broker"])
def test_question_that_comes_again_makes_no_second_mark(broker: Broker, twice: str) -> None:
    """NMP-041: what comes behind the mark is the target's."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-b") as node:
            worker = node.worker
            assert worker
            program = fleet.program(subscribe="in/#")
            await fleet.ask("node-b", "prepare", pid="p1", transfer="t", program=program, epoch=2)
            hosted = worker.processes["p1"]
            ack = fleet.topics.hop("t", "ack")
            marks: list[int] = []
            taken = hosted.transfer._on_ack

            def take(payload: bytes) -> None:
                taken(payload)
                said = json.loads(payload)
                if "open" not in said and "round" in said:
                    marks.append(said["round"])

            worker.listen(ack, take)
            confirmed, asked = asyncio.Event(), asyncio.Event()
            real = worker.link.subscribe

            async def slow(filter: str, qos: int = 1) -> None:
                await real(filter, qos)
                asked.set()
                await confirmed.wait()

            worker.link.subscribe = slow  # type: ignore[method-assign]

            def open_round(round: int) -> None:
                fleet.link.publish(ack, encode({"open": ["in/#"], "round": round}), 1)

            async def heard(*numbers: int) -> None:
                fleet.link.publish(f"in/{numbers[-1]}", b"", 1)
                topics = [f"in/{number}" for number in numbers]
                await fleet.until(lambda: [topic for topic, _ in hosted.messages] == topics)

            open_round(1)
            await asked.wait()
            newest = 2 if twice == "asked again before" else 1
            if newest == 1:
                confirmed.set()
            open_round(newest)
            await fleet.until(lambda: newest in marks)
            await heard(1)
            confirmed.set()  # the answer to the older question is due
            if newest == 1:
                open_round(newest)
                fleet.link.publish(ack, encode({"next": 0, "round": newest}), 1)
                await fleet.until(lambda: marks.count(newest) > 1)
            await heard(1, 2)
            await heard(1, 2, 3)

    run(body, broker)


def test_messages_that_came_while_a_hop_failed_are_handled_by_the_source(broker: Broker) -> None:
    """NMP-045."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"), fleet.cpython("node-b"):
            program = fleet.program(hear="in/#", interval=1)
            await fleet.run("node-a", "p1", program)
            await fleet.until(lambda: fleet.logs)
            common: dict[str, Any] = {"pid": "p1", "transfer": "t"}
            await fleet.ask("node-b", "prepare", program=program, epoch=2, **common)
            fleet.link.publish("in/1", b"before", 1)
            await fleet.ask("node-a", "release", epoch=1, deadline=5, **common)
            fleet.link.publish("in/2", b"between", 1)
            await fleet.ask("node-a", "resume", pid="p1", epoch=1)
            await fleet.ask("node-b", "abandon", pid="p1", epoch=2)
            fleet.link.publish("in/3", b"after", 1)
            await fleet.until(lambda: len(fleet.heard("p1")) >= 3)
            assert fleet.heard("p1") == ["before", "between", "after"]

    run(body, broker)


def test_start_and_drop_that_come_twice_succeed_twice(broker: Broker) -> None:
    """NMP-019."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"), fleet.cpython("node-b"):
            await fleet.run("node-a", "p1", fleet.program(interval=0.002))
            await fleet.hop("p1", "node-b")
            await fleet.ask("node-b", "start", pid="p1", epoch=2)
            await fleet.ask("node-a", "drop", pid="p1", epoch=1)
            await still_one(fleet, "node-b")

    run(body, broker)
