"""The fleet's broker, mosquitto, dies at each step of a hop and is started again: one copy of the
process goes on, and it never went back."""

import contextlib
from pathlib import Path

import pytest

from moonhop.broker.external import ExternalBroker
from moonhop.host import Host
from moonhop_core.errors import MoonhopError
from tests.brokers import MosquittoBroker
from tests.chaos.program import COUNTER, TERMS, breaks, numbers, one_copy_goes_on
from tests.chaos.steps import STEPS, at_step
from tests.host.fleet import SOON, kinds, on_host, submit, until_true, workers

USERS = {"fleet": "secret"}


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_broker_killed_at_a_step_of_a_hop(tmp_path: Path, step: tuple[str, str]) -> None:
    mosquitto = MosquittoBroker(USERS, tmp_path / "store")
    mosquitto.start()

    def strike() -> None:
        mosquitto.kill()
        mosquitto.start()

    async def scenario(host: Host) -> None:
        await workers(host, "a", "b")
        pid = await submit(host, COUNTER, terms=TERMS)
        await until_true(host, lambda: "checkpoint" in kinds(host, pid))
        at_step(host, step, strike)
        with contextlib.suppress(MoonhopError):  # what counts is what becomes of the process
            await host.scheduler.hop(pid, "b")
        await one_copy_goes_on(host, pid)
        # What it printed while nobody could hear it may be lost, nothing else.
        assert all(after > before for before, after in breaks(numbers(host, pid)))

    try:
        external = ExternalBroker(mosquitto.host, mosquitto.port, "fleet", USERS["fleet"])
        on_host(tmp_path, scenario, SOON, external)
    finally:
        mosquitto.stop()
