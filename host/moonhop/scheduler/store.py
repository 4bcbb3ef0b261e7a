"""What the scheduler must not forget: nodes, applications, processes, hops, events; in SQLite.

Each method is one transaction. What decides something (a process, its place, the commit of a hop,
its end) is on disk when the method returns and survives a power cut; the rest survives a kill.
A process's row carries its epoch, which grows with each node it gets. Writing the next epoch is a
hop's commit.

One host has the database at a time, so all processes that are not over are kept in memory too.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from moonhop.databases import open_database, settle
from moonhop.scheduler.rows import OVER, HopRow, NewProcess, ProcessRow, Terms
from moonhop.scheduler.schema import upgrade
from moonhop_core.errors import MoonhopError

COLUMNS = tuple(ProcessRow.__dataclass_fields__)
LATER = ("args", "terms")  # columns that are JSON

DROP_LAST_CHECKPOINT = (
    "delete from events where kind = 'checkpoint'"
    " and seq = (select max(seq) from events where pid = ?)"
)


class Store:
    """The scheduler's database. All times are seconds since 1970."""

    def __init__(self, path: Path | str, clock: Callable[[], float] = time.time) -> None:
        """Open a file, or ":memory:". Raises MoonhopError if it cannot be used."""
        self._clock = clock
        self.placements = 0  # since it was opened
        try:
            if path != ":memory:":
                Path(path).touch(mode=0o600)  # its journal gets the same mode
            self._db = open_database(path)
            self._db.row_factory = sqlite3.Row
            upgrade(self._db)
            settle(self._db)
            rows = self._db.execute(f"select * from processes where state not in {OVER} order by 1")
            self._live = {row["pid"]: _process(row) for row in rows}
            self._listeners: list[Callable[[], None]] = []
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
                "insert into nodes (id, state, birth, changed) values (?, ?, ?, ?) on conflict (id)"
                " do update set state = excluded.state, birth = excluded.birth,"
                " changed = excluded.changed",
                (node, state, json.dumps(birth), self._clock()),
            )

    def nodes(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return state and birth of each node ever seen, by id."""
        rows = self._db.execute("select id, state, birth from nodes order by id")
        return {row["id"]: (row["state"], json.loads(row["birth"])) for row in rows}

    def drained(self) -> set[str]:
        """Return the nodes that are to be left."""
        return {row["id"] for row in self._db.execute("select id from nodes where drained")}

    def set_drained(self, node: str, drained: bool, reason: str) -> None:
        """Write that a node is to be left, or may be used again."""
        with self._transaction() as db:
            db.execute("update nodes set drained = ? where id = ?", (drained, node))
            self._event(db, "node drained" if drained else "node opened", None, node, reason)

    # -- applications ----------------------------------------------------------------------------

    def put_app(self, name: str, spec: dict[str, Any], reason: str) -> None:
        """Write what an application should be."""
        with self._transaction() as db:
            db.execute(
                "insert or replace into apps values (?, ?, ?)",
                (name, json.dumps(spec), self._clock()),
            )
            self._event(db, "app applied", None, None, reason, {"app": name})

    def drop_app(self, name: str, reason: str) -> None:
        """Forget an application; its processes are its owner's to stop."""
        with self._transaction() as db:
            db.execute("delete from apps where name = ?", (name,))
            self._event(db, "app stopped", None, None, reason, {"app": name})

    def apps(self) -> dict[str, dict[str, Any]]:
        """Return the applications, by name."""
        rows = self._db.execute("select name, spec from apps order by name")
        return {row["name"]: json.loads(row["spec"]) for row in rows}

    def processes_of(self, app: str) -> list[ProcessRow]:
        """Return the newest process of each place of an application, also if it is over."""
        rows = self._db.execute(
            "select *, max(number) from processes where app = ? group by part, replica", (app,)
        )
        return [_process(row) for row in rows]

    # -- processes -------------------------------------------------------------------------------

    def add_process(self, new: NewProcess, reason: str) -> ProcessRow:
        """Write a new process, not placed yet, and return it with its pid."""
        return self.add_processes([new], reason)[0]

    def add_processes(self, new: Iterable[NewProcess], reason: str) -> list[ProcessRow]:
        """Write new processes, all or none."""
        now = self._clock()
        rows = []
        with self._transaction() as db:
            (last,) = db.execute("select coalesce(max(number), 0) from processes").fetchone()
            for number, each in enumerate(new, last + 1):
                rows.append(
                    ProcessRow(
                        f"p{number}",
                        each.name,
                        each.program,
                        each.args,
                        each.wanted,
                        None,
                        0,
                        "pending",
                        reason,
                        now,
                        now,
                        each.app,
                        each.part,
                        each.replica,
                        each.terms,
                        image=each.image,
                    )
                )
            marks = ", ".join("?" * (len(COLUMNS) + 1))
            db.executemany(
                f"insert into processes (number, {', '.join(COLUMNS)}) values ({marks})",
                [(int(row.pid[1:]), *_written(row)) for row in rows],
            )
            self._events(db, [("submitted", row.pid, None, reason) for row in rows])
        self._live.update((row.pid, row) for row in rows)
        return rows

    def process(self, pid: str) -> ProcessRow:
        """Return a process. Raises MoonhopError if there is none."""
        if pid in self._live:
            return self._live[pid]
        row = self._db.execute("select * from processes where pid = ?", (pid,)).fetchone()
        if row is None:
            raise MoonhopError(f"there is no process {pid!r}; see them with: moonhop ps --all")
        return _process(row)

    def live(self) -> Iterable[ProcessRow]:
        """Return the processes that are not over, in order of submission; not to be kept."""
        return self._live.values()

    def processes(self, *, over: bool = True) -> list[ProcessRow]:
        """Return all processes in order of submission, with or without those that are over."""
        if not over:
            return list(self._live.values())
        return [_process(row) for row in self._db.execute("select * from processes order by 1")]

    def place(self, pid: str, node: str, reason: str) -> ProcessRow:
        """Write that a process starts (again) on a node, in a new epoch; return it."""
        return self.place_all([(pid, node, reason)])[0]

    def place_all(self, places: Iterable[tuple[str, str, str]]) -> list[ProcessRow]:
        """Write where processes (pid, node, reason) start, each in a new epoch; all or none."""
        now = self._clock()
        rows = []
        for pid, node, reason in places:
            row = self.process(pid)
            rows.append(
                replace(
                    row,
                    node=node,
                    epoch=row.epoch + 1,
                    state="starting",
                    reason=reason,
                    changed=now,
                )
            )
        with self._transaction() as db:
            db.executemany(
                "update processes set node = ?, epoch = ?, state = ?, reason = ?, changed = ?"
                " where pid = ?",
                [(r.node, r.epoch, r.state, r.reason, now, r.pid) for r in rows],
            )
            self._events(db, [("placed", row.pid, row.node, row.reason) for row in rows])
        self.placements += len(rows)
        self._keep(rows)
        return rows

    def wait_for_node(self, waits: Iterable[tuple[str, str]]) -> None:
        """Write why processes (pid, reason) have no node yet, where that is news."""
        rows = [
            replace(self._live[pid], reason=reason)
            for pid, reason in waits
            if self._live[pid].state == "pending" and self._live[pid].reason != reason
        ]
        if not rows:
            return
        with self._transaction(durable=False) as db:
            db.executemany(
                "update processes set reason = ? where pid = ?", [(r.reason, r.pid) for r in rows]
            )
            self._events(db, [("waiting", row.pid, None, row.reason) for row in rows])
        self._keep(rows)

    def set_state(self, pid: str, state: str, reason: str, epoch: int | None = None) -> bool:
        """Write a process's state; with ``epoch``, only if that is still its epoch.

        Returns whether anything was written: what is over stays over, and a state that a process
        has is not written again.
        """
        row = self.process(pid)
        if row.over or row.state == state or epoch not in (None, row.epoch):
            return False
        self._change([replace(row, state=state, reason=reason)], state, durable=state in OVER)
        return True

    def set_back(
        self, pid: str, reason: str, attempts: int, not_before: float, image: str | None = None
    ) -> None:
        """Write that a process starts again, on any node, not before a time; from an image, or
        without one from its beginning."""
        self.set_all_back([(pid, reason, image)], attempts, not_before)

    def set_all_back(
        self,
        changes: Iterable[tuple[str, str, str | None]],
        attempts: int = 0,
        not_before: float = 0.0,
    ) -> None:
        """Write the same of several processes (pid, reason, image), all or none."""
        rows = [
            replace(
                self.process(pid),
                state="pending",
                node=None,
                reason=reason,
                attempts=attempts,
                not_before=not_before,
                image=image,
            )
            for pid, reason, image in changes
        ]
        self._change(rows, "restarting", durable=True)

    def set_terms(self, pid: str, terms: Terms, wanted: str | None, reason: str) -> None:
        """Write new terms of a process that runs on."""
        row = replace(self.process(pid), terms=terms, wanted=wanted)
        with self._transaction() as db:
            db.execute(
                "update processes set terms = ?, wanted = ? where pid = ?",
                (json.dumps(terms.as_dict()), wanted, pid),
            )
            self._event(db, "changed", pid, row.node, reason)
        self._keep([row])

    def set_image(self, pid: str, epoch: int, path: str, data: dict[str, Any]) -> None:
        """Write that a process's checkpoint is in a file, if the epoch is still its own. Of many
        in a row only the last is an event: there is one every few seconds, for ever."""
        row = self.process(pid)
        if row.over or row.epoch != epoch:
            return
        now = self._clock()
        with self._transaction() as db:
            db.execute("update processes set image = ?, imaged = ? where pid = ?", (path, now, pid))
            db.execute(DROP_LAST_CHECKPOINT, (pid,))
            self._event(db, "checkpoint", pid, row.node, path, data)
        self._keep([replace(row, image=path, imaged=now)])

    def _change(self, rows: Iterable[ProcessRow], kind: str, durable: bool) -> None:
        now = self._clock()
        rows = [replace(row, changed=now) for row in rows]
        with self._transaction(durable) as db:
            db.executemany(
                "update processes set state = ?, reason = ?, node = ?, attempts = ?,"
                " not_before = ?, image = ?, changed = ? where pid = ?",
                [
                    (r.state, r.reason, r.node, r.attempts, r.not_before, r.image, now, r.pid)
                    for r in rows
                ],
            )
            self._events(db, [(kind, row.pid, row.node, row.reason) for row in rows])
        self._keep(rows)

    def _keep(self, rows: Iterable[ProcessRow]) -> None:
        for row in rows:
            if row.over:
                self._live.pop(row.pid, None)
            else:
                self._live[row.pid] = row

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
        row = self.process(hop.pid)
        if row.over or row.epoch != hop.epoch - 1:
            return False
        wanted = hop.target if row.wanted is not None else None  # it was asked to be there now
        row = replace(row, node=hop.target, wanted=wanted, epoch=hop.epoch, changed=self._clock())
        with self._transaction() as db:
            db.execute(
                "update processes set node = ?, wanted = ?, epoch = ?, changed = ? where pid = ?",
                (row.node, row.wanted, row.epoch, row.changed, row.pid),
            )
            db.execute("update hops set committed = 1 where pid = ?", (hop.pid,))
        self._keep([row])
        return True

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

    # -- the database ----------------------------------------------------------------------------

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


def _process(row: sqlite3.Row) -> ProcessRow:
    known = {name: row[name] for name in COLUMNS if name not in LATER}
    terms = Terms.from_dict(json.loads(row["terms"]))
    return ProcessRow(**known, args=json.loads(row["args"]), terms=terms)


def _written(row: ProcessRow) -> list[Any]:
    found = []
    for name in COLUMNS:
        value = getattr(row, name)
        if name == "args":
            value = json.dumps(value)
        elif name == "terms":
            value = json.dumps(value.as_dict())
        found.append(value)
    return found
