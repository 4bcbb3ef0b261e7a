"""A host, as a process of its own, that kills itself at a step of a hop:
`python -m tests.chaos.doomed_host HOME MOMENT VERB`. Its workers outlive it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from moonhop.host import Host
from moonhop.state import State
from tests.chaos.program import COUNTER, TERMS
from tests.chaos.steps import at_step
from tests.host.fleet import SOON, kinds, submit, until_true, workers


async def run(home: Path, step: tuple[str, str]) -> None:
    """Start a process on one of two nodes, and have it hop to the other."""
    async with Host(State("lab", home), patience=SOON) as host:
        await workers(host, "a", "b")
        pid = await submit(host, COUNTER, terms=TERMS)
        await until_true(host, lambda: "checkpoint" in kinds(host, pid))
        at_step(host, step, lambda: os.kill(os.getpid(), signal.SIGKILL))
        await host.scheduler.hop(pid, "b")


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), (sys.argv[2], sys.argv[3])))
