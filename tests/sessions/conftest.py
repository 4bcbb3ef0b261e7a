"""The brokers of a fleet: the host's own, and Debian's mosquitto."""

from collections.abc import Iterator

import pytest

from moonhop.broker.external import ExternalBroker
from tests.brokers import MosquittoBroker

USERS = {"fleet": "fleet-secret"}


@pytest.fixture(params=["embedded", "mosquitto"])
def external(request: pytest.FixtureRequest) -> Iterator[ExternalBroker | None]:
    """The broker that the host is told to use; None: its own."""
    if request.param == "embedded":
        yield None
        return
    running = MosquittoBroker(USERS)
    running.start()
    yield ExternalBroker(running.host, running.port, "fleet", USERS["fleet"])
    running.stop()
