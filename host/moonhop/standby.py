"""A second host of a fleet: it stands by, and takes over from one that ends, dies or hangs.

Both work on the same state folder. The running host holds a lock, which the system takes from it
when it ends in whatever way, and renews it every second while its loop turns. One that does so no
more, for LEASE seconds, is killed: a host that hangs holds its ports, and might wake up.
"""

import asyncio
import contextlib
import logging
import os
import signal

from moonhop.locks import held
from moonhop.state import LOCK, Holding, State

RENEWAL = 1.0  # seconds
LEASE = 10.0  # seconds without a renewal after which the host counts as hung
LOOK = 0.1  # seconds between two looks

log = logging.getLogger(__name__)


async def renew(holding: Holding) -> None:
    """Renew a hold for as long as this runs."""
    while True:
        holding.renew()
        await asyncio.sleep(RENEWAL)


async def wait_for_turn(state: State, lease: float = LEASE) -> None:
    """Return when the fleet has no running host (any more); another standby may be quicker."""
    loop = asyncio.get_running_loop()
    known, seen = -1, loop.time()
    while held(state.path(LOCK)):
        renewed = state.renewed()
        if renewed != known:
            known, seen = renewed, loop.time()
        elif loop.time() - seen > lease and (pid := state.holder()):
            log.warning("host %d has hung for %g s: killed", pid, lease)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            seen = loop.time()
        await asyncio.sleep(LOOK)
