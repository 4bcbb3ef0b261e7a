"""Fixtures for tests of the file store."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from moonhop.files.store import FileStore
from tests.files.command_line import Fs
from tests.files.stores import STORES
from tests.host.running import RunningHost


@pytest.fixture(params=STORES)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], FileStore]]:
    """Opens one and the same store, as often as one likes, each time after the last was closed."""
    opened: list[FileStore] = []
    with ExitStack() as stack:
        make = stack.enter_context(STORES[request.param](tmp_path / "files"))

        def open_it() -> FileStore:
            while opened:
                opened.pop().close()
            opened.append(make())
            return opened[-1]

        yield open_it
        while opened:
            opened.pop().close()


@pytest.fixture
def store(open_store: Callable[[], FileStore]) -> FileStore:
    """An empty file store; each test runs with every kind."""
    return open_store()


@pytest.fixture
def fs(running: RunningHost, tmp_path: Path) -> Fs:
    """``moonhop fs`` beside a running host; it runs in a folder that is empty."""
    return Fs(tmp_path)
