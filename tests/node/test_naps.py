"""Idle processes of a worker hold no engine, and nobody notices."""

import threading

import pytest

from moonhop.engines.naps import NappingEngine
from moonhop.node import naps
from moonhop.node.runtime import Node
from moonhop_core.process.program import program_hash
from tests.brokers import Broker
from tests.node.fleet import Fleet, run

ECHO = """--! engines = ["lua54"]
local seen = {}
subscribe("in/#", function(topic, text)
  seen[#seen + 1] = text
  publish("out/" .. process.id, #seen)
end)
publish("out/" .. process.id, 0)
"""
TICKS = """--! engines = ["lua54"]
local n = 0
every(0.5, function() n = n + 1 publish("out/" .. process.id, n) end)
"""


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naps, "QUIET", 0.05)
    monkeypatch.setattr(naps, "FAR", 0.2)
    monkeypatch.setattr(naps, "STEP", 0.02)


def add(fleet: Fleet, source: str) -> str:
    hash = program_hash(source)
    fleet.programs[hash] = source
    return hash


def naps_on(node: Node, pid: str) -> bool:
    assert node.worker
    process = node.worker.processes[pid].process
    assert isinstance(process, naps.NappingProcess)
    return process.naps


def test_idle_process_naps_and_a_message_finds_all_it_had(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a", engines=["lua54"]) as node:
            await fleet.run("node-a", "p1", add(fleet, ECHO))
            for number in range(1, 4):
                await fleet.until(lambda: naps_on(node, "p1"))
                fleet.link.publish("in/x", b"x", 1)
                await fleet.until(lambda: len(fleet.outputs("p1")) > number)  # noqa: B023
            assert fleet.outputs("p1") == [0, 1, 2, 3]

    run(body, broker)


def test_many_naps_are_taken_on_few_threads(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    takers: set[str] = set()
    nap = NappingEngine.nap

    def taken(engine: NappingEngine) -> bool:
        takers.add(threading.current_thread().name)
        return nap(engine)

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a", engines=["lua54"]) as node:
            monkeypatch.setattr(naps, "QUIET", 1e9)
            hash = add(fleet, ECHO)
            pids = [f"p{number}" for number in range(40)]
            for pid in pids:
                await fleet.run("node-a", pid, hash)
            monkeypatch.setattr(naps, "QUIET", 0.05)
            monkeypatch.setattr(NappingEngine, "nap", taken)
            await fleet.until(lambda: all(naps_on(node, pid) for pid in pids))
            assert 0 < len(takers) <= 12, takers

    run(body, broker)


def test_timer_wakes_a_process(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    nap = NappingEngine.nap

    def counted(engine: NappingEngine) -> bool:
        taken.append(nap(engine))
        return taken[-1]

    monkeypatch.setattr(NappingEngine, "nap", counted)

    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a", engines=["lua54"]):
            await fleet.run("node-a", "p1", add(fleet, TICKS))
            await fleet.until(lambda: fleet.outputs("p1") == [1, 2, 3, 4])
            assert 3 <= len(taken) <= 5
            assert all(taken)

    run(body, broker)


def test_napping_process_is_written_down_paused_and_hops(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with (
            fleet.cpython("node-a", engines=["lua54"]) as a,
            fleet.cpython("node-b", engines=["lua54"]) as b,
        ):
            await fleet.run("node-a", "p1", add(fleet, ECHO))
            await fleet.until(lambda: fleet.outputs("p1") == [0])
            fleet.link.publish("in/x", b"x", 1)
            await fleet.until(lambda: fleet.outputs("p1") == [0, 1])
            await fleet.until(lambda: naps_on(a, "p1"))
            await fleet.ask("node-a", "snapshot", pid="p1", path="images/p1")
            assert naps_on(a, "p1")
            await fleet.ask("node-a", "pause", pid="p1")
            fleet.link.publish("in/x", b"x", 1)
            await fleet.ask("node-a", "resume", pid="p1")
            await fleet.until(lambda: fleet.outputs("p1") == [0, 1, 2])
            await fleet.until(lambda: naps_on(a, "p1"))
            await fleet.hop("p1", "node-b")
            await fleet.until(lambda: naps_on(b, "p1"))
            fleet.link.publish("in/x", b"x", 1)
            await fleet.until(lambda: fleet.outputs("p1") == [0, 1, 2, 3])
            await fleet.ask("node-b", "stop", pid="p1")

    run(body, broker)


def test_process_that_loaded_text_stays_awake(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with fleet.cpython("node-a", engines=["lua54"]) as node:
            loaded = ECHO.replace("local seen = {}", 'local seen, f = {}, load("return 1")')
            await fleet.run("node-a", "p1", add(fleet, loaded))
            await fleet.run("node-a", "p2", add(fleet, ECHO))
            await fleet.until(lambda: naps_on(node, "p2"))
            fleet.link.publish("in/x", b"x", 1)
            await fleet.until(lambda: fleet.outputs("p1") == [0, 1])
            assert not naps_on(node, "p1")

    run(body, broker)
