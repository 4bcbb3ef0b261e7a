"""Two hosts with folders of their own, one fleet, one broker: never do both decide."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from moonhop.broker.external import ExternalBroker
from moonhop.lease import FleetTaken, Lease
from moonhop.local_workers import LocalWorkers
from moonhop.scheduler.store import Store
from tests.brokers import MosquittoBroker
from tests.host.shell import Shell
from tests.host.up_command import running

WAIT = 30.0  # seconds
LEASE = 5.0  # seconds; longer than a link that has lost its broker for DOUBT pauses


@pytest.fixture
def mosquitto() -> Iterator[MosquittoBroker]:
    broker = MosquittoBroker({"fleet": "word"})
    broker.start()
    yield broker
    broker.stop()


def _url(mosquitto: MosquittoBroker) -> str:
    return f"mqtt://fleet:word@{mosquitto.host}:{mosquitto.port}"


class Rival:
    """A host in a process of its own; what it says is read line by line."""

    def __init__(self, home: Path, url: str, *work: str) -> None:
        command = [sys.executable, "-m", "tests.chaos.rival_host", str(home), url, *work]
        self.home = home
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def until(self, word: str) -> str:
        """Read on to the line that begins with a word; return the rest of it."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(word):
                return line[len(word) :].strip()
        raise AssertionError(f"it ended without saying {word}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(WAIT)

    def close(self) -> None:
        """End it and its workers, in whatever state they are."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()
        for worker in LocalWorkers(self.home / "lab" / "workers").running:
            worker.kill()


@pytest.fixture
def rival(tmp_path: Path, mosquitto: MosquittoBroker) -> Iterator[Callable[..., Rival]]:
    with ExitStack() as stack:

        def start(folder: str, *work: str) -> Rival:
            found = Rival(tmp_path / folder, _url(mosquitto), *work)
            stack.callback(found.close)
            return found

        yield start


def test_second_host_with_another_folder_is_refused_in_one_line(
    tmp_path: Path, mosquitto: MosquittoBroker
) -> None:
    first, second = Shell(tmp_path / "one"), Shell(tmp_path / "two")
    first.home.mkdir()
    second.home.mkdir()
    up = ["up", "--broker", _url(mosquitto)]

    async def scenario() -> None:
        async with running(first, up) as host:
            said = await asyncio.to_thread(second.complaint, *up)
            assert "another host at this broker" in said
            assert str(first.home) in said
            assert "--standby" in said
            await host.leave()

    asyncio.run(scenario())


def test_host_that_stands_by_takes_over_from_one_that_ends(rival: Callable[..., Rival]) -> None:
    first = rival("one", "work")
    first.until("ready")
    second = rival("two", "work")
    assert "one" in second.until("standby")
    assert first.end() == 0
    second.until("ready")


def test_host_that_stands_by_takes_over_from_a_killed_one_without_nodes(
    rival: Callable[..., Rival],
) -> None:
    first = rival("one")
    first.until("ready")
    second = rival("two")
    second.until("standby")
    first.end(signal.SIGKILL)
    second.until("ready")
    again = rival("one")
    assert "two" in again.until("standby")


def test_host_without_the_state_of_a_killed_one_leaves_its_living_nodes_alone(
    rival: Callable[..., Rival],
) -> None:
    first = rival("one", "work")
    first.until("ready")
    second = rival("two", "work")
    second.until("standby")
    first.end(signal.SIGKILL)
    assert "node a still runs for" in second.until("standby")
    again = rival("one", "work")
    again.until("ready")
    assert second.process.poll() is None
    again.end()
    store = Store(first.home / "lab" / "state.db")
    row = store.process("p1")
    assert (row.epoch, row.state) == (1, "pending")  # nobody touched it before its node left
    store.close()
    second.until("ready")


def test_host_that_hung_ends_when_it_hears_of_its_follower(rival: Callable[..., Rival]) -> None:
    first = rival("one")
    first.until("ready")
    second = rival("two")
    second.until("standby")
    first.process.send_signal(signal.SIGSTOP)
    second.until("ready")
    first.process.send_signal(signal.SIGCONT)
    first.until("deposed")
    assert first.process.wait(WAIT) == 0
    assert second.process.poll() is None


def _lease(mosquitto: MosquittoBroker, folder: str, told: list[str] | None = None) -> Lease:
    tell = (told if told is not None else []).append
    broker = ExternalBroker.parse(_url(mosquitto))
    return Lease(broker, "lab", folder, folder, lambda _: False, tell, LEASE)


async def _in_doubt(lease: Lease) -> None:
    """Wait until a host decides nothing, for it cannot be sure that it has the fleet."""
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(lease.confirmed(), 1)
            await asyncio.wait([lease.deposed], timeout=0.1)


def test_of_hosts_that_start_together_one_has_the_fleet(mosquitto: MosquittoBroker) -> None:
    async def scenario() -> None:
        for attempt in range(5):
            leases = [_lease(mosquitto, f"{attempt}-{n}") for n in range(5)]
            results = await asyncio.gather(
                *(each.take() for each in leases), return_exceptions=True
            )
            assert sum(result is None for result in results) == 1, results
            assert all(isinstance(result, FleetTaken) for result in results if result), results
            await asyncio.gather(*(each.release() for each in leases))

    asyncio.run(asyncio.wait_for(scenario(), WAIT))


def test_hosts_that_stand_by_have_the_fleet_one_after_the_other(mosquitto: MosquittoBroker) -> None:
    holding: list[str] = []

    async def turn(name: str) -> None:
        lease = _lease(mosquitto, name)
        await lease.take(wait=True)
        holding.append(name)
        assert len(holding) == 1
        await lease.confirmed()
        holding.remove(name)
        await lease.release()

    async def scenario() -> None:
        await asyncio.gather(*(turn(f"host{n}") for n in range(4)))

    asyncio.run(asyncio.wait_for(scenario(), WAIT))


def test_host_keeps_its_fleet_when_the_broker_forgets_all(mosquitto: MosquittoBroker) -> None:
    async def scenario() -> None:
        told: list[str] = []
        first, second = _lease(mosquitto, "one"), _lease(mosquitto, "two", told)
        await first.take()
        taking = asyncio.ensure_future(second.take(wait=True))
        while not told:
            await asyncio.wait([taking], timeout=0.1)
        mosquitto.kill()
        await _in_doubt(first)
        mosquitto.start()
        await asyncio.wait_for(first.confirmed(), WAIT)
        await asyncio.wait([taking], timeout=1.2 * LEASE)
        assert not taking.done()
        assert not first.deposed.done()
        await first.release()
        await taking
        await second.release()

    asyncio.run(asyncio.wait_for(scenario(), WAIT))
