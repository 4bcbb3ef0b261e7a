"""The scheduler's database as such, and what happened, which everything else in it is told by."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moonhop.databases import open_database, settle
from moonhop.scheduler.schema import upgrade
from moonhop_core.errors import MoonhopError


class EventStore:
    """The database and its events. All times are seconds since 1970."""

    def __init__(self, path: Path | str, clock: Callable[[], float] = time.time) -> None:
        """Open a file, or ":memory:". Raises MoonhopError if it cannot be used."""
        self._clock = clock
        self._listeners: list[Callable[[], None]] = []
        try:
            if path != ":memory:":
                Path(path).touch(mode=0o600)  # its journal gets the same mode
            self._db = open_database(path)
            self._db.row_factory = sqlite3.Row
            upgrade(self._db)
            settle(self._db)
            self._load()
        except (OSError, sqlite3.Error) as error:
            raise MoonhopError(f"cannot open {path}: {error}; repair or remove it") from error

    def _load(self) -> None:
        """Read what is kept in memory too."""

    def close(self) -> None:
        """Close the database; it cannot be used after."""
        self._db.close()

    def event(
        self,
        kind: str,
        pid: str | None,
        node: str | None,
        reason: str,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Write an event that changes nothing else."""
        with self._transaction(durable=False) as db:
            self._event(db, kind, pid, node, reason, data)

    def events(self, after: int = 0, pid: str | None = None, limit: int = 500) -> list[Any]:
        """Return events after a sequence number, oldest first, as dicts."""
        rows = self._db.execute(
            "select * from events where seq > ? and pid is coalesce(?, pid) order by seq limit ?",
            (after, pid, limit),
        )
        return [{**dict(row), "data": json.loads(row["data"])} for row in rows]

    def history(self, pid: str, limit: int = 500) -> list[Any]:
        """Return the last events of a process, oldest first, as dicts."""
        rows = self._db.execute(
            "select * from events where pid = ? order by seq desc limit ?", (pid, limit)
        ).fetchall()
        return [{**dict(row), "data": json.loads(row["data"])} for row in reversed(rows)]

    @contextmanager
    def listening(self, changed: Callable[[], None]) -> Iterator[None]:
        """Have a function called after each change, as long as the block runs."""
        self._listeners.append(changed)
        try:
            yield
        finally:
            self._listeners.remove(changed)

    def before_newest(self, count: int) -> int:
        """Return the number after which there are so many events; 0 if there are no more."""
        found = self._db.execute(
            "select seq from events order by seq desc limit 1 offset ?", (count,)
        ).fetchone()
        return int(found[0]) if found else 0

    def _event(
        self,
        db: sqlite3.Connection,
        kind: str,
        pid: str | None,
        node: str | None,
        reason: str,
        data: dict[str, Any] | None = None,
    ) -> None:
        db.execute(
            "insert into events (time, kind, pid, node, reason, data) values (?, ?, ?, ?, ?, ?)",
            (self._clock(), kind, pid, node, reason, json.dumps(data or {})),
        )

    def _events(
        self, db: sqlite3.Connection, events: list[tuple[str, str, str | None, str]]
    ) -> None:
        now = self._clock()
        db.executemany(
            "insert into events (time, kind, pid, node, reason, data) values (?, ?, ?, ?, ?, '{}')",
            [(now, *event) for event in events],
        )

    @contextmanager
    def _transaction(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Do all of it or nothing. What is not durable survives a kill of the host, but perhaps not
        a power cut, and saves the 10 ms that a disk takes."""
        self._db.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
        self._db.execute("begin immediate")
        try:
            yield self._db
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")
        for changed in self._listeners:
            changed()
