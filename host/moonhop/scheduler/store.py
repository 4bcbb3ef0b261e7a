"""What the scheduler must not forget: nodes, applications, processes, hops, events; in SQLite.

Each method is one transaction. What decides something (a process, its place, the commit of a hop,
its end) is on disk when the method returns and survives a power cut; the rest survives a kill.
A process's row carries its epoch, which grows with each node it gets. Writing the next epoch is a
hop's commit.

One host has the database at a time, so all processes that are not over are kept in memory too.
"""

import json
from dataclasses import replace
from typing import Any

from moonhop.scheduler.process_store import ProcessStore
from moonhop.scheduler.rows import HopRow


class Store(ProcessStore):
    """The scheduler's database: nodes, applications and hops besides processes and events."""

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
