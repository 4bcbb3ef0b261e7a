"""Sixteen programs on nodes of both kinds append to one file while the host dies twice."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from moonhop.host import Host
from moonhop.state import State
from tests.files.writers_host import BOARDS, CPYTHON, LOG

RECORDS = 1000  # of each
WAIT = 300.0  # seconds
WRITERS = sum(CPYTHON.values()) + BOARDS


@pytest.mark.timeout(400)
def test_records_of_16_writers_are_all_there_in_order_and_once_though_the_host_dies_twice(
    tmp_path: Path,
) -> None:
    whole = sum(len(record("a", number)) for number in range(1, RECORDS + 1)) * WRITERS

    async def scenario() -> None:
        await dies(tmp_path, whole // 3, RECORDS)
        await dies(tmp_path, whole * 2 // 3)
        async with Host(State("lab", tmp_path)) as host:
            over = lambda: not host.store.live()  # noqa: E731
            assert await host.scheduler.wait_until(over, WAIT)
            states = [row.state for row in host.store.processes(over=True)]
            assert states == ["ended"] * WRITERS
            check(host.files.read(LOG).decode().splitlines(keepends=True))
            assert host.files.stat(LOG).version == 1

    asyncio.run(asyncio.wait_for(scenario(), WAIT))


def check(lines: list[str]) -> None:
    assert len(lines) == WRITERS * RECORDS
    for index in range(WRITERS):
        who = chr(ord("a") + index)
        mine = [line for line in lines if line[0] == who]
        assert mine == [record(who, number) for number in range(1, RECORDS + 1)]


def record(who: str, number: int) -> str:
    return f"{who}:{number}:{who * 40}:{number}\n"


async def dies(home: Path, *args: int) -> None:
    """Run a host until it kills itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.files.writers_host", str(home), *map(str, args)
    )
    try:
        assert await process.wait() == -signal.SIGKILL
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
