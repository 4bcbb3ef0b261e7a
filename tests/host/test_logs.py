"""Who follows a process's log gets its lines, and its end."""

import asyncio
from pathlib import Path

from moonhop.scheduler.logs import Logs

WAIT = 10.0  # seconds


def test_end_between_the_wish_to_follow_and_the_first_line_is_not_missed(tmp_path: Path) -> None:
    async def scenario() -> None:
        logs = Logs(tmp_path)
        over: list[bool] = []
        lines = logs.follow("p1", None, lambda: bool(over))
        over.append(True)
        logs.end("p1")  # nobody follows yet
        assert [line async for line in lines] == []

    asyncio.run(asyncio.wait_for(scenario(), WAIT))


def test_end_while_somebody_follows_is_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        logs = Logs(tmp_path)
        asyncio.get_running_loop().call_later(0.01, logs.end, "p1")
        assert [line async for line in logs.follow("p1")] == []

    asyncio.run(asyncio.wait_for(scenario(), WAIT))
