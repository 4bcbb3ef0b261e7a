"""The host (scheduler and broker in one) dies at each step of a hop, and another goes on."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from moonhop.host import Host
from tests.chaos.program import breaks, numbers, one_copy_goes_on
from tests.chaos.steps import STEPS
from tests.host.fleet import SOON, on_host, until_true

WAIT = 30.0  # seconds


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_host_killed_at_a_step_of_a_hop(tmp_path: Path, step: tuple[str, str]) -> None:
    async def scenario(host: Host) -> None:
        assert sorted(worker.node for worker in host.workers.running) == ["a", "b"]
        await until_true(host, lambda: len(host.scheduler.fleet.views()) == 2)
        [row] = host.store.live()
        await one_copy_goes_on(host, row.pid)
        # No worker died, so it never went back; what it printed meanwhile may not have been heard.
        assert all(after > before for before, after in breaks(numbers(host, row.pid)))

    asyncio.run(asyncio.wait_for(_doomed(tmp_path, *step), WAIT))
    on_host(tmp_path, scenario, SOON)


async def _doomed(home: Path, *step: str) -> None:
    command = [sys.executable, "-m", "tests.chaos.doomed_host", str(home), *step]
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == -signal.SIGKILL
