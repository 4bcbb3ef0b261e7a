"""The worker answers requests and tells how it is (docs/node-management-protocol.md)."""

import asyncio
import threading
from typing import Any

import pytest

from moonhop_core.node.exchange import REMEMBERED
from moonhop_core.node.messages import RequestError
from tests.brokers import Broker
from tests.node.counting import CountingEngine
from tests.node.fleet import Fleet, run


def test_node_is_born_and_says_what_it_can_and_leaves_in_good_order(broker: Broker) -> None:
    """NMP-004, NMP-005, NMP-007."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a", tags=["zone=north"]):
            birth = fleet.births["node-a"]
            assert birth["engines"] == ["python"]
            assert birth["float_bits"] == 64
            assert birth["tags"] == ["zone=north"]
            assert birth["protocol"] == 1
            _, load = await fleet.until(lambda: fleet.loads and fleet.loads[0])
            assert load["processes"] == 0
            assert load["memory"]["used"] > 0
        await fleet.until(lambda: fleet.births["node-a"]["state"] == "gone")

    run(body, broker)


def test_program_runs_prints_with_numbers_in_sequence_and_ends(broker: Broker) -> None:
    """NMP-008, NMP-009."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"):
            result = await fleet.run("node-a", "p1", fleet.program(interval=0.001, last=5))
            assert result == {"pid": "p1", "epoch": 1, "engine": "python", "state": "running"}
            await fleet.until(lambda: "ended" in fleet.states("p1"))
            await fleet.until(lambda: len(fleet.logs) == 6)
            assert [line["seq"] for line in fleet.logs] == [1, 2, 3, 4, 5, 6]
            assert [line["text"] for line in fleet.logs] == ["begin", "1", "2", "3", "4", "5"]
            assert fleet.states("p1") == ["running", "ended"]
            assert fleet.events[-1]["status"] == 0
            assert await fleet.ask("node-a", "list") == []

    run(body, broker)


def test_processes_that_come_together_fetch_their_program_once(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"):
            known, unknown = fleet.program(interval=60), "0" * 64
            asked = [
                fleet.send("node-a", "run", about(number, program))
                for number, program in enumerate([known] * 20 + [unknown] * 20)
            ]
            answers: list[Any] = await asyncio.gather(*asked, return_exceptions=True)
            assert [answer["state"] for answer in answers[:20]] == ["running"] * 20
            assert {answer.code for answer in answers[20:]} == {"no_program"}
            # One that is not there is asked for again by who comes after the answer.
            assert fleet.fetched.count(f"/programs/{known}/source") == 1
            assert f"/programs/{unknown}/source" in fleet.fetched

    def about(number: int, program: str) -> dict[str, object]:
        manifest = {"engines": ["python"]}
        return {"pid": f"p{number}", "epoch": 1, "program": program, "manifest": manifest}

    run(body, broker)


def test_failing_program_says_why(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"):
            await fleet.run("node-a", "p1", fleet.program(interval=0.001, fail=2))
            await fleet.until(lambda: "failed" in fleet.states("p1"))
            assert fleet.events[-1]["reason"] == "count.lua:1: it fails"

    run(body, broker)


def test_busy_program_holds_up_neither_the_worker_nor_others(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"):
            await fleet.run("node-a", "busy", fleet.program(busy=2))
            await fleet.run("node-a", "p1", fleet.program(interval=0.001))
            loop = asyncio.get_running_loop()
            begun = loop.time()
            for _ in range(10):
                await fleet.ask("node-a", "stat")
            assert loop.time() - begun < 1
            await fleet.until(lambda: len(fleet.outputs("p1")) > 20)
            await fleet.ask("node-a", "kill", pid="busy")
            assert await fleet.copies("busy", "node-a") == []

    run(body, broker)


def test_pause_stands_still_and_resume_goes_on(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"):
            await fleet.run("node-a", "p1", fleet.program(interval=0.001))
            await fleet.until(lambda: fleet.outputs("p1"))
            await fleet.ask("node-a", "pause", pid="p1")
            await fleet.ask("node-a", "stat")
            count = len(fleet.outputs("p1"))
            for _ in range(20):
                await fleet.ask("node-a", "stat")
            assert len(fleet.outputs("p1")) == count
            assert await fleet.copies("p1", "node-a") == [("node-a", "paused")]
            await fleet.ask("node-a", "resume", pid="p1")
            await fleet.until(lambda: len(fleet.outputs("p1")) > count)
            assert fleet.outputs("p1") == list(range(1, len(fleet.outputs("p1")) + 1))

    run(body, broker)


@pytest.mark.parametrize("along", [False, True])
def test_snapshot_goes_to_a_file_and_restore_goes_on_from_there(
    broker: Broker, along: bool
) -> None:
    """The file is fetched unless its text came along."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"), fleet.cpython("node-b"):
            program = fleet.program(interval=0.005, padding=20000)
            await fleet.run("node-a", "p1", program)
            await fleet.until(lambda: len(fleet.outputs("p1")) > 3)
            result = await fleet.ask("node-a", "snapshot", pid="p1", path="images/p1")
            assert result["bytes"] == len(fleet.files["images/p1"]) > 20000
            await fleet.ask("node-a", "kill", pid="p1")
            fleet.messages.clear()
            args: dict[str, Any] = {"epoch": 2, "program": program, "path": "images/p1"}
            if along:
                args["image"] = fleet.files.pop("images/p1").decode()
            await fleet.ask("node-b", "restore", pid="p1", **args)
            await fleet.until(lambda: len(fleet.outputs("p1")) > 3)
            first = fleet.outputs("p1")[0]
            assert first > 3
            assert fleet.outputs("p1")[:4] == [first, first + 1, first + 2, first + 3]

    run(body, broker)


@pytest.mark.parametrize("second", ["snapshot", "hop"])
def test_process_stays_at_rest_until_the_last_who_asked_for_it(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    """Something else that needs its rest comes while a long snapshot is written."""
    entered: list[int] = []
    gates = [threading.Event(), threading.Event()]
    write = CountingEngine.write_image

    def slow(engine: Any, put: Any) -> None:
        write(engine, put)
        number = len(entered)
        entered.append(engine.count)
        gates[number].wait(10)
        assert engine.count == entered[number]

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"), fleet.cpython("node-b"):
            await fleet.run("node-a", "p1", fleet.program(interval=0.001))
            await fleet.run("node-a", "p2", fleet.program(interval=0.001))
            await fleet.more("p1")
            monkeypatch.setattr(CountingEngine, "write_image", slow)
            first = fleet.send("node-a", "snapshot", {"pid": "p1", "path": "images/1"})
            await fleet.until(lambda: len(entered) == 1)
            if second == "hop":
                other: Any = asyncio.ensure_future(fleet.hop("p1", "node-b"))
            else:
                other = fleet.send("node-a", "snapshot", {"pid": "p1", "path": "images/2"})
            await fleet.until(lambda: len(entered) == 2)
            gates[0].set()
            await first
            await fleet.more("p2", 20)
            gates[1].set()
            await other
            assert entered[0] == entered[1]
            await fleet.more("p1")  # it goes on
            assert fleet.outputs("p1") == list(range(1, fleet.outputs("p1")[-1] + 1))

    run(body, broker)


@pytest.mark.parametrize(
    ("verb", "args", "code"),
    [
        ("dance", {}, "unknown_verb"),
        ("run", {}, "bad_request"),
        ("run", {"pid": 7, "program": "x", "epoch": 1}, "bad_request"),
        ("run", {"pid": "p2", "program": "nope", "epoch": 1}, "no_program"),
        ("stop", {"pid": "p9"}, "unknown_process"),
        ("stop", {"pid": "p1", "epoch": 3}, "stale"),
        ("start", {"pid": "p1", "epoch": 2}, "stale"),
        ("drop", {"pid": "p1", "epoch": 1}, "wrong_state"),
        ("abandon", {"pid": "p1", "epoch": 1}, "wrong_state"),
        ("release", {"pid": "p1", "transfer": "a/b", "deadline": 1}, "bad_request"),
        ("prepare", {"pid": "p1", "transfer": "t", "program": "x", "epoch": 2}, "exists"),
    ],
)
def test_wrong_request_is_refused_and_changes_nothing(
    broker: Broker, verb: str, args: dict[str, object], code: str
) -> None:
    """NMP-014, NMP-016, NMP-018."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"):
            await fleet.run("node-a", "p1", fleet.program())
            with pytest.raises(RequestError) as caught:
                await fleet.send("node-a", verb, args)
            assert caught.value.code == code
            assert "\n" not in caught.value.text
            assert await fleet.copies("p1", "node-a") == [("node-a", "running")]

    run(body, broker)


def test_program_with_a_need_that_the_node_lacks_is_refused_by_name(broker: Broker) -> None:
    """NMP-020."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a", tags=["zone=north"]):
            await fleet.run("node-a", "p1", fleet.program(needs=["zone=north", "float64"]))
            with pytest.raises(RequestError, match="zone=south") as caught:
                await fleet.run("node-a", "p2", fleet.program(needs=["zone=south"]))
            assert caught.value.code == "needs"

    run(body, broker)


def test_request_that_comes_twice_is_carried_out_once(broker: Broker) -> None:
    """NMP-015."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a"):
            from moonhop_core.node.messages import Request

            program = fleet.program()
            args = {"pid": "p1", "epoch": 1, "program": program}
            payload = Request("same", "run", args, "host").encode()
            first = asyncio.get_running_loop().create_future()
            second = asyncio.get_running_loop().create_future()
            for answer in (first, second):
                fleet._waiting["same"] = answer
                fleet.link.publish(fleet.topics.node("node-a", "req"), payload, 1)
                await asyncio.wait_for(answer, 5)
            assert first.result() == second.result()
            assert fleet.states("p1") == ["running"]

    run(body, broker)


def test_replies_that_came_behind_a_request_that_takes_long_are_let_go_when_it_is_done(
    broker: Broker,
) -> None:
    """NMP-015: a board has no room for more than it must remember."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a") as node:
            worker = node.worker
            assert worker
            done = asyncio.Event()

            async def slow(request: object) -> dict[str, object]:
                await done.wait()
                return {}

            worker.special["slow"] = slow
            asked = asyncio.create_task(fleet.ask("node-a", "slow"))
            for _ in range(3 * REMEMBERED):
                await fleet.ask("node-a", "stat")
            done.set()
            await asked
            await fleet.ask("node-a", "stat")
            assert len(worker._exchange._done) <= REMEMBERED

    run(body, broker)


def test_node_that_comes_back_asks_for_owners_and_stops_stale_copies(broker: Broker) -> None:
    """NMP-047."""

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a") as node:
            await fleet.run("node-a", "kept", fleet.program())
            await fleet.run("node-a", "moved", fleet.program())
            fleet.owners["moved"] = {"node": "node-b", "epoch": 2, "pending": False}
            assert node.worker
            node.worker.link._client._sock.shutdown(2)  # type: ignore[attr-defined]
            await fleet.until(lambda: "stale" in fleet.states("moved"))
            assert await fleet.copies("kept", "node-a") == [("node-a", "running")]
            assert await fleet.copies("moved", "node-a") == []

    run(body, broker)
