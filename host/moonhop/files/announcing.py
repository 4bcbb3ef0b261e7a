"""Tells programs what changes in the tree: messages on ``moonhop/1/<fleet>/fs/<path>``."""

import asyncio
import json
import logging
import re
from dataclasses import replace

from moonhop.files.entries import Change
from moonhop.files.shown import change_described
from moonhop.files.store import FileStore
from moonhop_core.node.link import Link, LinkError

GAP = 0.1  # seconds between two messages about one path

log = logging.getLogger(__name__)


def topic_of(base: str, path: str) -> str:
    """Return the topic of a path's changes: what a topic cannot have in it stands there as %XX.

    Paths have no control characters, so that is all there is to quote.
    """
    quoted = re.sub("[+#%]", lambda found: f"%{ord(found[0]):02X}", path)
    return f"{base}fs/{quoted}"


class Announcer:
    """Publishes the changes of a store over a link, on the loop that it is made on.

    What comes to one path within a tenth of a second is told as one change, the newest.
    """

    def __init__(self, files: FileStore, link: Link, base: str) -> None:
        """``base`` is what the fleet's topics begin with (Topics.base)."""
        self._link = link
        self._base = base
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, Change | None] = {}  # told lately, and what has come since then
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._end = files.listen(self._heard)

    def close(self) -> None:
        """Tell what still waits, and no more."""
        self._end()
        for timer in self._timers.values():
            timer.cancel()
        for change in self._waiting.values():
            if change is not None:
                self._publish(change)
        self._waiting.clear()

    def _heard(self, changes: list[Change]) -> None:
        """Called in the store's thread."""
        self._loop.call_soon_threadsafe(self._take, changes)

    def _take(self, changes: list[Change]) -> None:
        for change in changes:
            if change.path in self._waiting:
                self._waiting[change.path] = _merged(self._waiting[change.path], change)
            else:
                self._tell(change)

    def _tell(self, change: Change) -> None:
        self._publish(change)
        path = change.path
        self._waiting[path] = None
        self._timers[path] = self._loop.call_later(GAP, self._next, path)

    def _next(self, path: str) -> None:
        change = self._waiting.pop(path)
        del self._timers[path]
        if change is not None:
            self._tell(change)

    def _publish(self, change: Change) -> None:
        payload = json.dumps(change_described(change), ensure_ascii=False).encode()
        try:
            self._link.publish(topic_of(self._base, change.path), payload, qos=1)
        except LinkError as error:  # a broker elsewhere is away: what is in the files counts
            log.warning("a change of %s is not told to programs: %s", change.path, error)


def _merged(before: Change | None, change: Change) -> Change:
    """Return one change for two: a file that was written and appended to was written."""
    if before is not None and (before.change, change.change) == ("written", "appended"):
        return replace(change, change="written")
    return change
