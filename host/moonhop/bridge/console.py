"""The console of a board that joins over its port: heard beside its messages."""

import asyncio
import queue
import threading
import time
from typing import Self

from moonhop.bridge.bridge import Bridge
from moonhop.bridge.streams import FIND


class BridgedConsole:
    """A bridge at a port while its ``with`` block runs, for who waits for a birth (birth.py)."""

    def __init__(self, port: str, fleet: str, find: FIND) -> None:
        self._bridge = Bridge(port, fleet, find, self._take)
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"bridge {port}")
        self._loop = asyncio.new_event_loop()
        self._work: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._work:
            self._loop.call_soon_threadsafe(self._work.cancel)
            self._thread.join()
        self._loop.close()

    def restart(self) -> None:
        """Begin to bridge; whoever deployed has restarted the board, which waits for that."""
        self._work = self._loop.create_task(self._bridge.run())
        self._thread.start()

    def hear(self, seconds: float) -> str:
        """Wait so long, and return what the console said meanwhile. Raises MoonhopError if the port
        does not open."""
        time.sleep(seconds)
        if self._error:
            raise self._error
        lines = []
        while not self._heard.empty():
            lines.append(self._heard.get() + "\n")
        return "".join(lines)

    def _take(self, kind: str, text: str) -> None:
        if kind == "text":
            self._heard.put(text)

    def _run(self) -> None:
        assert self._work
        try:
            self._loop.run_until_complete(self._work)
        except asyncio.CancelledError:
            pass
        except Exception as error:  # raised where it is asked for
            self._error = error
