"""Threads on which processes take their turns.

An executor of the standard library does the same with two futures, three locks and two passes of
the loop a turn, which takes longer than most turns do.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class TurnThreads:
    """As many threads as there are functions to run at the same time, at most ``most``; more wait.

    Used on the thread of ``loop`` only.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        self._loop = loop
        self._most = most
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads = 0
        self._under_way = 0
        self._closed = False

    def run(self, function: Callable[[], Any]) -> "asyncio.Future[Any]":
        """Call a function on one of the threads; the future gets what it returns or raises.

        Raises RuntimeError after ``close``, or if the system gives no thread and there is none.
        """
        if self._closed:
            raise RuntimeError("the node has stopped")
        if self._under_way >= self._threads < self._most:
            self._add_thread()
        future: asyncio.Future[Any] = self._loop.create_future()
        self._under_way += 1
        self._jobs.put((function, future))
        return future

    def close(self) -> None:
        """End the threads, each after what it does; what waits is cancelled."""
        self._closed = True
        for _ in range(self._threads):
            self._jobs.put(None)

    def _add_thread(self) -> None:
        name = f"moonhop-turns_{self._threads}"
        try:
            # one that a program does not give back shall not keep Python from ending
            threading.Thread(target=self._serve, name=name, daemon=True).start()
        except RuntimeError:
            if not self._threads:
                raise
        else:
            self._threads += 1

    def _serve(self) -> None:
        while job := self._jobs.get():
            function, future = job
            result: Any = None
            failure: BaseException | None = None
            if self._closed:
                failure = asyncio.CancelledError()
            else:
                try:
                    result = function()
                except BaseException as error:  # it is for whoever waits
                    failure = error
            try:
                self._loop.call_soon_threadsafe(self._done, future, result, failure)
            except RuntimeError:  # the loop is closed, nobody waits
                return
            del job, function, future, result, failure  # what they hold is not for keeping

    def _done(
        self, future: "asyncio.Future[Any]", result: "Any", failure: BaseException | None
    ) -> None:
        self._under_way -= 1
        if future.done():  # nobody waits
            return
        if isinstance(failure, asyncio.CancelledError):
            future.cancel()
        elif failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)
