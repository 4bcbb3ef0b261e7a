"""Fixtures for tests of the host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host.running import RunningHost


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningHost]:
    """A running host of the fleet "lab"."""
    with RunningHost(tmp_path) as host:
        yield host
