"""The scheduler with real CPython workers: runs, hops, losses, restarts of the host."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from moonhop.host import Host
from moonhop.local_workers import LocalWorkers
from moonhop.scheduler.coordinator import HopError
from moonhop.state import State
from moonhop_core.errors import MoonhopError
from tests.host.fleet import COUNTER, WAIT, on_host, printed, submit, until, workers


def test_program_runs_to_its_end_and_its_output_is_kept(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(
            host, b'print("hello", ...) log("noted") sleep(0.05) print("bye")', None, "x"
        )
        await until(host, pid, "ended")
        assert host.store.process(pid).reason == "exit status 0"
        lines = [(line["kind"], line["text"]) for line in host.scheduler.logs.lines(pid)]
        assert lines == [("print", "hello\tx"), ("log", "noted"), ("print", "bye")]

    on_host(tmp_path, scenario)


def test_program_that_fails_is_failed_with_its_error(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(host, b"\nerror('boom')")
        await until(host, pid, "failed")
        assert host.store.process(pid).reason == "test.lua:2: boom"

    on_host(tmp_path, scenario)


def test_process_waits_for_a_node_and_starts_when_one_comes(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        pid = await submit(host, COUNTER)
        assert host.store.process(pid).state == "pending"
        await workers(host, "a")
        await until(host, pid, "running")
        kinds = [event["kind"] for event in host.store.events(pid=pid)]
        assert kinds[:4] == ["submitted", "waiting", "placed", "running"]

    on_host(tmp_path, scenario)


def test_process_hops_there_and_back_many_times_and_loses_nothing(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        pid = await submit(
            host,
            b"local n = 0 every(0.005, function() n = n + 1 print(n) end) sleep(1e6)",
            "a",
        )
        for _ in range(5):
            for node in ("b", "a"):
                report = await host.scheduler.hop(pid, node)
                assert (report.target, host.store.process(pid).node) == (node, node)
        assert host.store.process(pid).epoch == 11
        await host.scheduler.end(pid)
        texts = [line["text"] for line in host.scheduler.logs.lines(pid)]
        assert texts == [str(number) for number in range(1, len(texts) + 1)]

    on_host(tmp_path, scenario)


def test_program_hops_by_itself(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        pid = await submit(
            host, b'print(node.id) hop.to("b") print(node.id) hop.away() print(node.id)', "a"
        )
        await until(host, pid, "ended", "failed")
        assert [line["text"] for line in host.scheduler.logs.lines(pid)] == ["a", "b", "a"]

    on_host(tmp_path, scenario)


def test_hop_to_an_unknown_or_lost_node_or_to_itself_changes_nothing(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        _, b = await workers(host, "a", "b")
        pid = await submit(host, COUNTER, "a")
        with pytest.raises(MoonhopError, match="known nodes: a, b"):
            await host.scheduler.hop(pid, "mars")
        with pytest.raises(MoonhopError, match="is on node a already"):
            await host.scheduler.hop(pid, "a")
        b.kill()
        await host.scheduler.wait_until(lambda: not host.scheduler.fleet.nodes["b"].ready, WAIT)
        with pytest.raises(MoonhopError, match="node 'b' is lost; ready nodes: a"):
            await host.scheduler.hop(pid, "b")
        assert host.store.process(pid).state == "running"

    on_host(tmp_path, scenario)


def test_program_that_can_go_nowhere_is_told_why_and_goes_on(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(
            host,
            b'print(hop.away()) print(hop.to("mars")) print(hop.to("a")) print("done")',
        )
        await until(host, pid, "ended")
        assert printed(host, pid) == [
            "nil\tno node but a is ready",
            "nil\tthere is no node 'mars'; known nodes: a",
            "nil\tit is on a already",
            "done",
        ]

    on_host(tmp_path, scenario)


def test_stopped_process_is_gone_from_its_node(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(host, COUNTER)
        await host.scheduler.pause(pid)
        assert host.store.process(pid).state == "paused"
        await host.scheduler.pause(pid, "resume")
        await host.scheduler.end(pid)
        assert host.store.process(pid).state == "stopped"
        assert await host.scheduler.nodes.ask("a", "list", {}) == []
        with pytest.raises(MoonhopError, match="is over"):
            await host.scheduler.end(pid)

    on_host(tmp_path, scenario)


def test_host_that_is_started_again_finds_the_processes_running(tmp_path: Path) -> None:
    async def scenario() -> None:
        state = State("lab", tmp_path)
        apart = LocalWorkers(tmp_path / "workers")  # which outlive the host
        try:
            async with Host(state) as host:
                worker = await apart.start_cpython(host.add_node("a"))
                await host.wait_for_worker(worker)
                pid = await submit(host, COUNTER)
                await until(host, pid, "running")
            async with Host(state) as host:  # on the same ports
                await host.wait_for_worker(worker)
                assert host.store.process(pid).state in ("running", "unreachable")
                await until(host, pid, "running")
                assert [p["pid"] for p in await host.scheduler.nodes.ask("a", "list", {})] == [pid]
                await host.scheduler.end(pid)
        finally:
            await apart.stop()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_target_that_dies_during_a_hop_leaves_the_process_running_at_the_source(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        _, b = await workers(host, "a", "b")
        pid = await submit(host, COUNTER, "a")
        os.killpg(b.pid, signal.SIGSTOP)
        hopping = asyncio.ensure_future(host.scheduler.hop(pid, "b"))
        while not host.scheduler.coordinator.under_way(pid):
            await asyncio.sleep(0)
        b.kill()
        with pytest.raises(HopError, match=f"{pid} stays on a: node b is gone"):
            await hopping
        assert (host.store.process(pid).node, host.store.process(pid).epoch) == ("a", 1)
        (copy,) = await host.scheduler.nodes.ask("a", "list", {})
        assert (copy["pid"], copy["state"]) == (pid, "running")

    on_host(tmp_path, scenario)
