"""Random schedules of misfortune, from a seed: what happens to whom at which step of which hop.

As a script it carries one out: `python -m tests.chaos.schedules HOME SEED FIRST` does the rounds
from FIRST on, in a fleet whose state is in HOME, and is killed itself by a round that says so. What
it finds wrong it says on stderr, and ends with 1.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from moonhop.host import Host
from moonhop.local_workers import Worker
from moonhop.state import State
from moonhop_core.errors import MoonhopError
from tests.chaos.program import COUNTER, TERMS, one_copy_goes_on
from tests.chaos.steps import STEPS, at_step
from tests.host.fleet import SOON, kinds, submit, until_true, workers

NODES = ("a", "b", "c")
ROUNDS = 3


class Round(NamedTuple):
    """One hop and its misfortune.

    target   the number of the node to hop to, of those that the process is not on
    step     when it happens, see steps.py
    victim   "source", "target", "bystander" or "host"
    fate     "killed"; of workers also "blinks" (stands still for the rest of the hop) or "away"
             (stands still until it counts as lost, then comes back)
    """

    target: int
    step: tuple[str, str]
    victim: str
    fate: str


def rounds(seed: int) -> list[Round]:
    """Return the rounds of a schedule."""
    random = Random(seed)
    made = []
    for _ in range(ROUNDS):
        victim = random.choice(("source", "target", "bystander", "host"))
        fate = "killed" if victim == "host" else random.choice(("killed", "blinks", "away"))
        made.append(Round(random.randrange(2), random.choice(STEPS), victim, fate))
    return made


async def carry_out(home: Path, seed: int, first: int) -> None:
    """Do the rounds from `first` on. Raises AssertionError if a process is lost or doubled."""
    async with Host(State("lab", home), patience=SOON) as host:
        for number, this in enumerate(rounds(seed)):
            if number >= first:
                await _complete(host)
                pid = await _process(host)
                await _round(host, pid, this)
                print(f"round {number}: {this}", flush=True)
        await _complete(host)
        await one_copy_goes_on(host, await _process(host))


async def _complete(host: Host) -> None:
    """Start the workers that do not live, and wait until all are there."""
    for name in NODES:
        worker = host.workers.of(name)
        if worker is None:
            await workers(host, name)
        else:
            await host.wait_for_worker(worker)


async def _process(host: Host) -> str:
    """Return the process, started if it never was; it runs, and once has been written down."""
    rows = list(host.store.live())
    pid = rows[0].pid if rows else await submit(host, COUNTER, terms=TERMS)
    await one_copy_goes_on(host, pid)
    await until_true(host, lambda: "checkpoint" in kinds(host, pid))
    return pid


async def _round(host: Host, pid: str, this: Round) -> None:
    source = host.store.process(pid).node
    assert source is not None
    others = [name for name in NODES if name != source]
    target = others.pop(this.target)
    victim = {"source": source, "target": target, "bystander": others[0], "host": ""}[this.victim]
    worker = host.workers.of(victim)
    strike = at_step(host, this.step, _strike(worker, this.fate))
    with contextlib.suppress(MoonhopError):  # what counts is what becomes of the process
        await host.scheduler.hop(pid, target)
    if not strike.call_off():
        return  # the hop did not come that far
    if worker is not None and this.fate == "killed":
        await worker.stop()  # it is dead, but that is not known at once
    elif worker is not None:
        if this.fate == "away":
            await until_true(host, lambda: not host.scheduler.fleet.nodes[victim].ready)
        os.killpg(worker.pid, signal.SIGCONT)
        await until_true(host, lambda: host.scheduler.fleet.nodes[victim].usable)


def _strike(worker: Worker | None, fate: str) -> Callable[[], None]:
    if worker is None:
        return lambda: os.kill(os.getpid(), signal.SIGKILL)
    if fate == "killed":
        return worker.kill
    return lambda: os.killpg(worker.pid, signal.SIGSTOP)


if __name__ == "__main__":
    asyncio.run(carry_out(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
