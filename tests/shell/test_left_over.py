"""A host that has died leaves no shell behind."""

import asyncio
from pathlib import Path

from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess, Terms
from moonhop.scheduler.shells import NAME, PROGRAM
from moonhop.state import State


def test_shell_that_was_open_when_the_host_ended_is_over_with_the_next_one(tmp_path: Path) -> None:
    async def body() -> None:
        async with Host(State("lab", tmp_path)) as host:
            program = host.programs.add(PROGRAM, "shell.lua").hash
            never = Terms(recover="never")
            opened = host.scheduler.submit(NewProcess(NAME, program, [], terms=never)).pid
            other = host.scheduler.submit(NewProcess("sleeper", program, [])).pid
        async with Host(State("lab", tmp_path)) as host:
            row = host.store.process(opened)
            assert (row.state, row.reason) == ("stopped", "its shell went with the host")
            assert host.store.process(other).state == "pending"

    asyncio.run(body())
