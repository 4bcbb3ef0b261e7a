"""Group commit: writes that come together share one transaction, and so one sync of the disk."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from moonhop.files.errors import DiskFull, FileError
from moonhop.files.failures import index_failure
from moonhop.files.giving_way import drop_oldest
from moonhop.files.reserve import Reserve
from moonhop.files.schema import connect

MOST = 500  # writes in one transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Job(NamedTuple):
    """A piece of work and who waits for it; ``removes``: it is to work on a full disk, too;
    ``upkeep``: it can wait, and nothing gives way to it."""

    work: Work[Any]
    future: Future[Any]
    removes: bool = False
    upkeep: bool = False


class Committer:
    """Runs pieces of work on the index, one after the other, in a thread of its own.

    A piece of work may be run again, so it changes the index and at most adds blobs: if one of a
    group fails in SQLite (a full disk), the group is undone and each runs in a transaction of its
    own, and once more if history gave way to it. An answer is given after the commit, so what was
    answered is on the disk.
    """

    def __init__(
        self, file: Path, after: Callable[[sqlite3.Connection], None], reserve: Reserve
    ) -> None:
        """``after`` is called in the thread after each commit, before its answers are given;
        ``reserve`` is for removing on a full disk."""
        self._connection = connect(file)
        self._after = after
        self._reserve = reserve
        self._open = threading.Lock()
        self._closed = False
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="files", daemon=True)
        self._thread.start()

    @property
    def here(self) -> bool:
        """Whether this is the thread itself, where nobody may wait for what is submitted."""
        return threading.current_thread() is self._thread

    def submit(self, work: Work[T], removes: bool = False) -> "Future[T]":
        """Have a piece of work done; the future has what it gives or raises. ``removes``: it is to
        be done on a full disk, too.

        Raises FileError if the store is closed.
        """
        future: Future[T] = Future()
        with self._open:
            if self._closed:
                raise FileError("the file store is closed")
            self._queue.put(Job(work, future, removes))
        return future

    def submit_upkeep(self, work: Work[None]) -> None:
        """Have something done that nobody waits for and that can be done another time as well.

        If it fails, the log tells; if the store is closed, nothing happens.
        """
        with self._open:
            if not self._closed:
                future: Future[None] = Future()
                future.add_done_callback(_log_failure)
                self._queue.put(Job(work, future, upkeep=True))

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

    def _commit(self, group: list[Job], again: bool = False) -> None:
        try:
            results = self._together([job.work for job in group])
        except sqlite3.Error as error:
            if len(group) > 1:
                for each in group:
                    self._commit([each])
            elif not again and self._make_room(group[0], error):
                self._commit(group, again=True)
            else:
                self._reserve.take()
                group[0].future.set_exception(index_failure(error))
            return
        self._run_after()
        self._reserve.take()
        for job, (value, refusal) in zip(group, results, strict=True):
            if refusal is None:
                job.future.set_result(value)
            else:
                job.future.set_exception(refusal)

    def _make_room(self, job: Job, error: sqlite3.Error) -> bool:
        """Have history give way if SQLite could not write for want of room; the reserve is what
        that itself needs, and what removes. Tell whether there is more room now."""
        if job.upkeep or not isinstance(index_failure(error), DiskFull):
            return False
        had, freed = self._reserve.give(), 0
        try:
            freed = self._together([drop_oldest])[0][0]
        except sqlite3.Error as failure:
            log.warning("history cannot give way: %s", failure)
        if freed:
            self._run_after()
        if not job.removes:
            self._reserve.take()
        return freed > 0 or (had and job.removes)

    def _run_after(self) -> None:
        try:
            self._after(self._connection)
        except Exception:  # what was committed is committed, and whoever wrote it is told so
            log.exception("after a commit to the files' index")

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
