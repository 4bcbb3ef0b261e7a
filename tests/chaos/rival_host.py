"""A host, as a process of its own, on a broker that another host may use for the same fleet:
`python -m tests.chaos.rival_host HOME URL WORK`. WORK is "work" for one worker with one process.

It says "standby …" while it waits, "ready" when it has the fleet, and "deposed" when it has lost
it; then it ends. SIGTERM ends it too."""

import asyncio
import signal
import sys
from pathlib import Path

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop.state import State
from tests.chaos.program import COUNTER
from tests.host.fleet import SOON, submit, until_true, workers

LEASE = 1.5  # seconds


def _say(text: str) -> None:
    print(text, flush=True)


async def run(home: Path, url: str, work: bool) -> None:
    """Have the fleet until another host has it, or the end."""
    stopping: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set_result, "stopped")
    host = Host(
        State("lab", home),
        patience=SOON,
        broker=ExternalBroker.parse(url),
        standby=True,
        tell=lambda text: _say(f"standby {text}"),
        lease=LEASE,
    )
    async with host:
        assert host.lease
        if work and not host.workers.running:
            await workers(host, "a")
        if work and not list(host.store.live()):
            pid = await submit(host, COUNTER)
            await until_true(host, lambda: host.store.process(pid).state == "running")
        _say("ready")
        await asyncio.wait([stopping, host.lease.deposed], return_when=asyncio.FIRST_COMPLETED)
        if host.lease.deposed.done():
            _say("deposed")


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["work"]))
