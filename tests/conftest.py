"""Fixtures that all tests share."""

from collections.abc import Iterator

import pytest

from tests.brokers import BROKERS, Broker

USERS = {"host": "host-secret", "node-a": "a-secret", "node-b": "b-secret"}


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A running MQTT broker that knows the USERS; each test runs with every kind of broker."""
    running = BROKERS[request.param](USERS)
    running.start()
    yield running
    running.stop()
