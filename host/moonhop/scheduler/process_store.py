"""Processes in the scheduler's database, and those that are not over in memory."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from moonhop.scheduler.event_store import EventStore
from moonhop.scheduler.rows import OVER, NewProcess, ProcessRow, Terms
from moonhop_core.errors import MoonhopError

COLUMNS = tuple(ProcessRow.__dataclass_fields__)
LATER = ("args", "terms")  # columns that are JSON

DROP_LAST_CHECKPOINT = (
    "delete from events where kind = 'checkpoint'"
    " and seq = (select max(seq) from events where pid = ?)"
)


class ProcessStore(EventStore):
    """Processes, each with its place and epoch."""

    def _load(self) -> None:
        self.placements = 0  # since it was opened
        rows = self._db.execute(f"select * from processes where state not in {OVER} order by 1")
        self._live = {row["pid"]: _process(row) for row in rows}

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

    def processes_of(self, app: str) -> list[ProcessRow]:
        """Return the newest process of each place of an application, also if it is over."""
        rows = self._db.execute(
            "select *, max(number) from processes where app = ? group by part, replica", (app,)
        )
        return [_process(row) for row in rows]


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
