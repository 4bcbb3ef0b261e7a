"""Fixtures that all tests share."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import BROKERS, Broker
from tests.host.running import RunningHost
from tests.language.engines import DOUBLES_ONLY, ENGINES, Engine

NIGHTLY = 3600.0  # seconds that a nightly test may take
USERS = {"host": "host-secret", "node-a": "a-secret", "node-b": "b-secret"}


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A running MQTT broker that knows the USERS; each test runs with every kind of broker."""
    running = BROKERS[request.param](USERS)
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine that runs Lua programs; each test runs on all of them, alike."""
    return Engine(request.param)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningHost]:
    """A running host of the fleet "lab"."""
    with RunningHost(tmp_path) as host:
        yield host


def pytest_configure() -> None:
    """Have Ctrl-C count for what tests start. A shell that runs pytest in the background has it
    ignored, and whoever is started inherits that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give nightly tests their time, and leave out what the mark `integers` leaves out: engines
    whose numbers are doubles."""
    for item in items:
        if item.get_closest_marker("nightly") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(NIGHTLY))
    left_out = [item for item in items if needs_more_than_doubles(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def needs_more_than_doubles(item: pytest.Item) -> bool:
    """Tell whether a test that needs 64-bit integers was given an engine without them."""
    params = getattr(item, "callspec", None)
    given = () if params is None else params.params.values()
    return item.get_closest_marker("integers") is not None and any(
        engine in given for engine in DOUBLES_ONLY
    )
