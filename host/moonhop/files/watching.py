"""Who watches part of the tree over HTTP: each is woken, and reads what happened from the index."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from moonhop.files.entries import Change
from moonhop.files.paths import clean_path
from moonhop.files.store import FileStore

BATCH = 500  # changes read at a time


@dataclass(eq=False)
class _Watcher:
    """``since``: the number of the last change that it has been told, or that is not for it;
    ``idle``: it has been told everything."""

    path: str
    since: int
    idle: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Watchers:
    """Tells changes to as many as want to hear, on the loop that it is made on.

    Nothing waits here for a watcher that is slow: the index has it. One that is so slow, or was
    away for so long, that the index has forgotten changes is told that it missed some.
    """

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._loop = asyncio.get_running_loop()
        self._watchers: dict[str, set[_Watcher]] = {}  # by the path that they watch
        self._closed = False
        self._end = files.listen(self._heard)

    def close(self) -> None:
        """End all watchers; those that come from now on end at once."""
        if not self._closed:
            self._closed = True
            self._end()
            for watchers in self._watchers.values():
                for watcher in watchers:
                    watcher.news.set()

    def watch(self, path: str, since: int | None = None) -> AsyncGenerator[Change | None, None]:
        """Give each change, of a path and of what is below it, that comes after number ``since``
        (None: from now on), until this is closed. None stands for changes that are no longer known.

        Raises PathError.
        """
        last = self._files.last_change()
        known = since is not None and self._files.first_change() - 1 <= since <= last
        watcher = _Watcher(clean_path(path), since if known and since is not None else last)
        return self._follow(watcher, since is not None and not known)

    async def _follow(self, watcher: _Watcher, missed: bool) -> AsyncGenerator[Change | None, None]:
        self._watchers.setdefault(watcher.path, set()).add(watcher)
        try:
            while True:
                watcher.news.clear()
                if missed or watcher.since < self._files.first_change() - 1:
                    watcher.since, missed = self._files.last_change(), False
                    yield None
                found = self._files.changes(watcher.since, watcher.path, BATCH)
                for change in found:
                    watcher.since = change.seq
                    yield change
                if self._closed:
                    return
                if len(found) < BATCH:
                    watcher.idle = True
                    await watcher.news.wait()
        finally:
            others = self._watchers[watcher.path]
            others.discard(watcher)
            if not others:
                del self._watchers[watcher.path]

    def _heard(self, changes: list[Change]) -> None:
        """Called in the store's thread."""
        self._loop.call_soon_threadsafe(self._wake, changes)

    def _wake(self, changes: list[Change]) -> None:
        for change in changes:
            path = change.path
            while True:
                for watcher in self._watchers.get(path, ()):
                    if watcher.idle:  # what came before this one is not for it
                        watcher.idle = False
                        watcher.since = max(watcher.since, change.seq - 1)
                    watcher.news.set()
                if not path:
                    break
                path = path.rpartition("/")[0]
