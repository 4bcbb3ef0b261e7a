"""Nodes die, drain, come back; processes go on, and exactly one copy of each."""

import itertools
import os
import signal
from pathlib import Path

import pytest

from moonhop.host import Host
from moonhop.scheduler.rows import Terms
from moonhop.scheduler.scheduler import Patience
from moonhop_core.errors import MoonhopError
from tests.host.fleet import (
    COUNTER,
    SOON,
    checkpoints,
    on_host,
    printed,
    submit,
    until,
    until_printed,
    until_true,
    workers,
)


async def copies(host: Host, pid: str) -> list[str]:
    """Return the nodes that have a copy of a process which runs."""
    found = []
    for node in host.scheduler.fleet.views():
        for entry in await host.scheduler.nodes.ask(node.id, "list", {}):
            if entry["pid"] == pid and entry["state"] == "running":
                found.append(node.id)
    return found


def test_process_of_a_killed_node_goes_on_elsewhere_from_its_checkpoint(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        a, _ = await workers(host, "a", "b")
        pid = await submit(host, COUNTER, "a", terms=Terms(checkpoint=0.2))
        host.store.set_terms(pid, Terms(checkpoint=0.2), None, "anywhere")
        await checkpoints(host, pid, 2)
        before = len(printed(host, pid))
        a.kill()
        await until(host, pid, "unreachable")
        await until(host, pid, "running")
        assert host.store.process(pid).node == "b"
        await until_printed(host, pid, before + 30)
        numbers = [int(text) for text in printed(host, pid)]
        breaks = [(a, b) for a, b in itertools.pairwise(numbers) if b != a + 1]
        assert len(breaks) <= 1  # none if the checkpoint was of just before
        assert all(after > 1 for _, after in breaks)  # not from the start
        assert await copies(host, pid) == ["b"]

    on_host(tmp_path, scenario, SOON)


def test_process_without_a_checkpoint_starts_anew_elsewhere(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        a, _ = await workers(host, "a", "b")
        pid = await submit(host, COUNTER)
        await until_printed(host, pid, 5)
        a.kill()
        await until_true(host, lambda: host.store.process(pid).node == "b")
        await until(host, pid, "running")
        reasons = [event["reason"] for event in host.store.events(pid=pid)]
        assert "node a is lost; goes on, from the start" in reasons

    on_host(tmp_path, scenario, SOON)


def test_process_that_is_not_to_be_recovered_is_lost(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        a, _ = await workers(host, "a", "b")
        pid = await submit(host, COUNTER, terms=Terms(recover="never"))
        a.kill()
        await until(host, pid, "lost")
        assert host.store.process(pid).reason == "node a is lost"

    on_host(tmp_path, scenario, SOON)


def test_node_that_leaves_in_good_order_loses_no_process(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        a, _ = await workers(host, "a", "b")
        pid = await submit(host, COUNTER)
        await until_printed(host, pid, 5)
        await a.stop()
        await until_true(host, lambda: host.store.process(pid).node == "b")
        await until(host, pid, "running")

    on_host(tmp_path, scenario, Patience(lost=100.0))


def test_host_that_ends_in_good_order_goes_on_with_its_processes_later(tmp_path: Path) -> None:
    before: list[str] = []
    pids: list[str] = []

    async def first(host: Host) -> None:
        await workers(host, "a")
        pids.append(await submit(host, COUNTER))
        await until_printed(host, pids[0], 5)
        before.extend(printed(host, pids[0]))

    async def second(host: Host) -> None:
        [row] = host.store.live()
        assert (row.pid, row.state) == (pids[0], "pending")
        await workers(host, "a")
        await until_printed(host, row.pid, len(before) + 5)
        numbers = [int(text) for text in printed(host, row.pid)]
        assert numbers == list(range(1, len(numbers) + 1))  # it goes on where it was

    on_host(tmp_path, first)
    on_host(tmp_path, second)


def test_node_that_was_cut_off_and_returns_lets_go_of_its_stale_copy(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        a, _ = await workers(host, "a", "b")
        pid = await submit(host, COUNTER)
        os.killpg(a.pid, signal.SIGSTOP)
        await until_true(host, lambda: host.store.process(pid).node == "b")
        await until(host, pid, "running")
        os.killpg(a.pid, signal.SIGCONT)
        await until_true(host, lambda: host.scheduler.fleet.nodes["a"].usable)

        async def one_copy() -> bool:
            return await copies(host, pid) == ["b"]

        while not await one_copy():
            await host.scheduler.wait_until(lambda: False, 0.1)
        assert host.store.process(pid).node == "b"

    on_host(tmp_path, scenario, SOON)


def test_node_that_only_lost_its_connection_keeps_its_processes(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        (a,) = await workers(host, "a")
        pid = await submit(host, COUNTER)
        await until_printed(host, pid, 3)
        os.killpg(a.pid, signal.SIGSTOP)
        await until(host, pid, "unreachable")
        os.killpg(a.pid, signal.SIGCONT)
        await until(host, pid, "running")
        assert host.store.process(pid).epoch == 1
        count = len(printed(host, pid))
        await until_printed(host, pid, count + 10)
        texts = printed(host, pid)
        assert texts == [str(number) for number in range(1, len(texts) + 1)]

    on_host(tmp_path, scenario, Patience(silence=3.0, lost=20.0))


def test_drained_node_is_left_by_hops_and_taken_again_when_it_is_opened(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        pids = [await submit(host, COUNTER) for _ in range(3)]
        assert {host.store.process(pid).node for pid in pids} == {"a"}
        host.scheduler.drain("a")
        await until_true(host, lambda: all(host.store.process(p).node == "b" for p in pids))
        for pid in pids:
            await until_printed(host, pid, 20)
            texts = printed(host, pid)
            assert texts == [str(number) for number in range(1, len(texts) + 1)]
        pinned = await submit(host, COUNTER)
        assert host.store.process(pinned).node == "b"
        with pytest.raises(MoonhopError, match="node a is drained; choose another node"):
            await host.scheduler.hop(pinned, "a")
        host.scheduler.drain("a", False)
        await host.scheduler.hop(pinned, "a")
        with pytest.raises(MoonhopError, match="there is no node 'mars'; known nodes: a, b"):
            host.scheduler.drain("mars")

    on_host(tmp_path, scenario)


def test_failed_process_starts_again_with_back_off_if_its_terms_say_so(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(host, b"error('boom')", terms=Terms(restart="on-failure"))
        await until_true(host, lambda: host.store.process(pid).epoch == 3)
        times = [e["time"] for e in host.store.events(pid=pid) if e["kind"] == "restarting"]
        starts = [e["time"] for e in host.store.events(pid=pid) if e["kind"] == "placed"]
        assert starts[1] - times[0] >= 0.99
        assert starts[2] - times[1] >= 1.99
        reasons = [event["reason"] for event in host.store.events(pid=pid)]
        assert "failed (test.lua:1: boom); starts again in 2 s" in reasons
        await host.scheduler.end(pid)
        assert host.store.process(pid).state == "stopped"

    on_host(tmp_path, scenario)


def test_process_that_always_restarts_does_so_after_a_good_end_too(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await workers(host, "a")
        pid = await submit(host, b"print('once')", terms=Terms(restart="always"))
        await until_true(host, lambda: printed(host, pid).count("once") == 2)
        once = await submit(host, b"exit(0)", terms=Terms(restart="on-failure"))
        await until(host, once, "ended")

    on_host(tmp_path, scenario)
