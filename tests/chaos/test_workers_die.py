"""A worker dies, or is cut off and comes back, at each step of a hop: one copy goes on."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from moonhop.host import Host
from moonhop_core.errors import MoonhopError
from tests.chaos.program import COUNTER, TERMS, breaks, numbers, one_copy_goes_on, until_kept
from tests.chaos.steps import STEPS, at_step
from tests.host.fleet import SOON, on_host, submit, until_true, workers


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
@pytest.mark.parametrize("victim", ["source", "target"])
def test_worker_killed_at_a_step_of_a_hop(tmp_path: Path, victim: str, step) -> None:
    async def scenario(host: Host) -> None:
        a, b, _ = await workers(host, "a", "b", "c")
        pid = await submit(host, COUNTER, terms=TERMS)
        assert host.store.process(pid).node == "a"
        await until_kept(host, pid)
        at_step(host, step, (a if victim == "source" else b).kill)
        with contextlib.suppress(MoonhopError):  # what counts is what becomes of the process
            await host.scheduler.hop(pid, "b")
        await one_copy_goes_on(host, pid)
        # It went back by no more than to the last checkpoint, and once at the most.
        gaps = breaks(numbers(host, pid))
        assert len(gaps) <= 1, (gaps, host.store.events(pid=pid))
        assert all(after > 1 for _, after in gaps), (gaps, host.store.events(pid=pid))

    on_host(tmp_path, scenario, SOON)


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
@pytest.mark.parametrize("victim", ["source", "target"])
def test_worker_cut_off_at_a_step_of_a_hop_that_comes_back_late(
    tmp_path: Path, victim: str, step
) -> None:
    async def scenario(host: Host) -> None:
        a, b, _ = await workers(host, "a", "b", "c")
        pid = await submit(host, COUNTER, terms=TERMS)
        await until_kept(host, pid)
        stopped = a if victim == "source" else b
        at_step(host, step, lambda: os.killpg(stopped.pid, signal.SIGSTOP))
        with contextlib.suppress(MoonhopError):
            await host.scheduler.hop(pid, "b")
        name = "a" if victim == "source" else "b"
        await until_true(host, lambda: not host.scheduler.fleet.nodes[name].ready)
        os.killpg(stopped.pid, signal.SIGCONT)
        await until_true(host, lambda: host.scheduler.fleet.nodes[name].usable)
        await one_copy_goes_on(host, pid)

    on_host(tmp_path, scenario, SOON)
