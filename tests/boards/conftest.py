"""Fixtures of tests with boards."""

from collections.abc import Iterator

import pytest

from tests.boards.field import Field
from tests.host.running import RunningHost


@pytest.fixture
def field(running: RunningHost, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    """A running host, and boards as the test adds them."""
    found = Field(running, monkeypatch)
    yield found
    for board in found.boards.values():
        board.stop()
