"""Group commit: writes that come together share one transaction, and so one sync of the disk."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from moonhop.files.errors import FileError
from moonhop.files.failures import index_failure
from moonhop.files.schema import connect

MOST = 500  # writes in one transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Committer:
    """Runs pieces of work on the index, one after the other, in a thread of its own.

    A piece of work may be run again, so it changes the index and at most adds blobs: if one of a
    group fails in SQLite (a full disk), the group is undone and each runs in a transaction of its
    own. An answer is given after the commit, so what was answered is on the disk.
    """

    def __init__(self, file: Path, after: Callable[[sqlite3.Connection], None]) -> None:
        """``after`` is called in the thread after each commit, before its answers are given."""
        self._connection = connect(file)
        self._after = after
        self._open = threading.Lock()
        self._closed = False
        self._queue: SimpleQueue[tuple[Work[Any], Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="files", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> "Future[T]":
        """Have a piece of work done; the future has what it gives or raises.

        Raises FileError if the store is closed.
        """
        future: Future[T] = Future()
        with self._open:
            if self._closed:
                raise FileError("the file store is closed")
            self._queue.put((work, future))
        return future

    def submit_upkeep(self, work: Work[None]) -> None:
        """Have something done that nobody waits for and that can be done another time as well.

        If it fails, the log tells; if the store is closed, nothing happens.
        """
        with self._open:
            if not self._closed:
                future: Future[None] = Future()
                future.add_done_callback(_log_failure)
                self._queue.put((work, future))

    def close(self) -> None:
        """Do what was submitted, then end."""
        with self._open:
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group, last = [first], False
            while len(group) < MOST and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    last = True
                    break
                group.append(more)
            self._commit(group)
            if last:
                return

    def _commit(self, group: list[tuple[Work[Any], Future[Any]]]) -> None:
        try:
            results = self._together([work for work, _ in group])
        except sqlite3.Error as error:
            if len(group) == 1:
                group[0][1].set_exception(index_failure(error))
            else:
                for each in group:
                    self._commit([each])
            return
        try:
            self._after(self._connection)
        except Exception:  # what was committed is committed, and whoever wrote it is told so
            log.exception("after a commit to the files' index")
        for (_, future), (value, refusal) in zip(group, results, strict=True):
            if refusal is None:
                future.set_result(value)
            else:
                future.set_exception(refusal)

    def _together(self, works: list[Work[Any]]) -> list[tuple[Any, Exception | None]]:
        """Run all in one transaction; each of our own errors undoes only its piece of work."""
        results: list[tuple[Any, Exception | None]] = []
        run = self._connection.execute
        try:
            run("BEGIN IMMEDIATE")
            for work in works:
                run("SAVEPOINT one")
                try:
                    results.append((work(self._connection), None))
                except sqlite3.Error:
                    raise
                except Exception as error:  # whoever asked gets it
                    run("ROLLBACK TO one")
                    results.append((None, error))
                run("RELEASE one")
            run("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise
        return results


def _log_failure(done: "Future[None]") -> None:
    if error := done.exception():
        log.warning("upkeep of the files' index: %s", error)
