"""What the scheduler must not forget: nodes, processes, hops under way, events; in SQLite.

Each method is one transaction. What decides something (a process, its place, the commit of a hop,
its end) is on disk when the method returns and survives a power cut; the rest survives a kill.
A process's row carries its epoch, which grows with each node it gets. Writing the next epoch is a
hop's commit.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moonhop_core.errors import MoonhopError

VERSION = 1
SCHEMA = """
create table nodes (
    id text primary key, state text not null, birth text not null, changed real not null
) strict;
create table processes (
    number integer primary key autoincrement, pid text unique, name text not null,
    program text not null, args text not null, wanted text, node text, epoch integer not null,
    state text not null, reason text not null, created real not null, changed real not null
) strict;
create table hops (
    pid text primary key, transfer text not null, source text not null, target text not null,
    epoch integer not null, committed integer not null
) strict;
create table events (
    seq integer primary key autoincrement, time real not null, kind text not null,
    pid text, node text, reason text not null, data text not null
) strict;
create index events_of_process on events (pid, seq);
"""
OVER = ("ended", "failed", "stopped", "lost")  # states a process does not leave


@dataclass(frozen=True)
class ProcessRow:
    """A process as the store knows it. ``node`` is None until it is placed."""

    pid: str
    name: str
    program: str
    args: list[Any]
    wanted: str | None
    node: str | None
    epoch: int
    state: str
    reason: str
    created: float
    changed: float

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self.state in OVER


@dataclass(frozen=True)
class HopRow:
    """A hop under way; ``epoch`` is the new one."""

    pid: str
    transfer: str
    source: str
    target: str
    epoch: int
    committed: bool


class Store:
    """The scheduler's database. All times are seconds since 1970."""

    def __init__(self, path: Path) -> None:
        try:
            Path(path).touch(mode=0o600)  # its journal gets the same mode
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._db.execute("pragma journal_mode = wal")
            self._upgrade()
        except (OSError, sqlite3.Error) as error:
            raise MoonhopError(f"cannot open {path}: {error}; repair or remove it") from error

    def close(self) -> None:
        """Close the database; it cannot be used after."""
        self._db.close()

    # -- nodes -----------------------------------------------------------------------------------

    def put_node(self, node: str, state: str, birth: dict[str, Any]) -> None:
        """Write what a node last said of itself."""
        with self._transaction(durable=False) as db:
            db.execute(
                "insert or replace into nodes values (?, ?, ?, ?)",
                (node, state, json.dumps(birth), time.time()),
            )

    def nodes(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return state and birth of each node ever seen, by id."""
        rows = self._db.execute("select id, state, birth from nodes order by id")
        return {row["id"]: (row["state"], json.loads(row["birth"])) for row in rows}

    # -- processes -------------------------------------------------------------------------------

    def add_process(
        self, name: str, program: str, args: list[Any], wanted: str | None, reason: str
    ) -> ProcessRow:
        """Write a new process, not placed yet, and return it with its pid."""
        now = time.time()
        with self._transaction() as db:
            cursor = db.execute(
                "insert into processes (name, program, args, wanted, epoch, state, reason,"
                " created, changed) values (?, ?, ?, ?, 0, 'pending', ?, ?, ?)",
                (name, program, json.dumps(args), wanted, reason, now, now),
            )
            pid = f"p{cursor.lastrowid}"
            db.execute("update processes set pid = ? where number = ?", (pid, cursor.lastrowid))
            self._event(db, "submitted", pid, None, reason, {})
        return self.process(pid)

    def process(self, pid: str) -> ProcessRow:
        """Return a process. Raises MoonhopError if there is none."""
        row = self._db.execute("select * from processes where pid = ?", (pid,)).fetchone()
        if row is None:
            raise MoonhopError(f"there is no process {pid!r}; see them with: moonhop ps --all")
        return _process(row)

    def processes(self, *, over: bool = True) -> list[ProcessRow]:
        """Return all processes in order of submission, with or without those that are over."""
        where = "" if over else f"where state not in {OVER}"
        return [
            _process(row) for row in self._db.execute(f"select * from processes {where} order by 1")
        ]

    def place(self, pid: str, node: str, reason: str) -> ProcessRow:
        """Write that a process starts (again) on a node, in a new epoch; return it."""
        with self._transaction() as db:
            db.execute(
                "update processes set node = ?, epoch = epoch + 1, state = 'starting', reason = ?,"
                " changed = ? where pid = ?",
                (node, reason, time.time(), pid),
            )
            self._event(db, "placed", pid, node, reason, {})
        return self.process(pid)

    def wait_for_node(self, pid: str, reason: str) -> None:
        """Write why a process has no node yet, if that is news."""
        with self._transaction(durable=False) as db:
            cursor = db.execute(
                "update processes set reason = ? where pid = ? and state = 'pending'"
                " and reason != ?",
                (reason, pid, reason),
            )
            if cursor.rowcount:
                self._event(db, "waiting", pid, None, reason, {})

    def set_state(self, pid: str, state: str, reason: str, epoch: int | None = None) -> bool:
        """Write a process's state; with ``epoch``, only if that is still its epoch.

        Returns whether anything was written: what is over stays over, and a state that a process
        has is not written again.
        """
        with self._transaction() as db:
            cursor = db.execute(
                "update processes set state = ?, reason = ?, changed = ? where pid = ?"
                f" and state != ? and state not in {OVER} and epoch = coalesce(?, epoch)",
                (state, reason, time.time(), pid, state, epoch),
            )
            if cursor.rowcount:
                row = db.execute("select node from processes where pid = ?", (pid,)).fetchone()
                self._event(db, state, pid, row["node"], reason, {})
        return bool(cursor.rowcount)

    # -- hops ------------------------------------------------------------------------------------

    def begin_hop(self, hop: HopRow, reason: str) -> None:
        """Write that a hop begins."""
        with self._transaction(durable=False) as db:
            db.execute(
                "insert or replace into hops values (?, ?, ?, ?, ?, 0)",
                (hop.pid, hop.transfer, hop.source, hop.target, hop.epoch),
            )
            self._event(db, "hopping", hop.pid, hop.source, reason, {"target": hop.target})

    def commit_hop(self, hop: HopRow) -> bool:
        """Write the new epoch and node: from here on the target's copy is the process.

        Returns False, with nothing written, if the process's epoch is not the one before.
        """
        with self._transaction() as db:
            cursor = db.execute(
                "update processes set node = ?, epoch = ?, changed = ? where pid = ? and epoch = ?"
                f" and state not in {OVER}",
                (hop.target, hop.epoch, time.time(), hop.pid, hop.epoch - 1),
            )
            if cursor.rowcount:
                db.execute("update hops set committed = 1 where pid = ?", (hop.pid,))
        return bool(cursor.rowcount)

    def end_hop(self, hop: HopRow, kind: str, reason: str, data: dict[str, Any]) -> None:
        """Write that a hop is over, ``kind`` "hopped" or "hop failed"."""
        with self._transaction(durable=False) as db:
            db.execute("delete from hops where pid = ?", (hop.pid,))
            node = hop.target if kind == "hopped" else hop.source
            self._event(db, kind, hop.pid, node, reason, data)

    def hops(self) -> list[HopRow]:
        """Return the hops under way; after a restart: those that were cut off."""
        rows = self._db.execute("select * from hops").fetchall()
        return [HopRow(**{**dict(row), "committed": bool(row["committed"])}) for row in rows]

    # -- events ----------------------------------------------------------------------------------

    def event(self, kind: str, pid: str | None, node: str | None, reason: str) -> None:
        """Write an event that changes nothing else."""
        with self._transaction(durable=False) as db:
            self._event(db, kind, pid, node, reason, {})

    def events(self, after: int = 0, pid: str | None = None, limit: int = 500) -> list[Any]:
        """Return events after a sequence number, oldest first, as dicts."""
        rows = self._db.execute(
            "select * from events where seq > ? and pid is coalesce(?, pid) order by seq limit ?",
            (after, pid, limit),
        )
        return [{**dict(row), "data": json.loads(row["data"])} for row in rows]

    def _event(
        self,
        db: sqlite3.Connection,
        kind: str,
        pid: str | None,
        node: str | None,
        reason: str,
        data: dict[str, Any],
    ) -> None:
        db.execute(
            "insert into events (time, kind, pid, node, reason, data) values (?, ?, ?, ?, ?, ?)",
            (time.time(), kind, pid, node, reason, json.dumps(data)),
        )

    # -- the database ----------------------------------------------------------------------------

    def _upgrade(self) -> None:
        (version,) = self._db.execute("pragma user_version").fetchone()
        if version > VERSION:
            raise MoonhopError("the state is of a newer moonhop; upgrade this one")
        if version == 0:
            self._db.executescript(
                f"begin immediate; {SCHEMA} pragma user_version = {VERSION}; commit;"
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


def _process(row: sqlite3.Row) -> ProcessRow:
    known = {name: row[name] for name in ProcessRow.__dataclass_fields__ if name != "args"}
    return ProcessRow(**known, args=json.loads(row["args"]))
