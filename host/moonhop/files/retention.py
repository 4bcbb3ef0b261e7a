"""How long versions and removed files are kept. All functions here run within a transaction."""

import sqlite3
import time
from dataclasses import dataclass

from moonhop.files.bodies import drop
from moonhop.files.paths import CHECKPOINTS, OURS, PROGRAMS


@dataclass(frozen=True)
class Rule:
    """For paths that begin with ``prefix``: so many versions of a file are kept, old ones and
    removed files for so many days (0: a removed file is gone at once)."""

    prefix: str
    versions: int
    days: float


RULES = (
    Rule(f"{CHECKPOINTS}/", versions=3, days=0),
    Rule(f"{PROGRAMS}/", versions=1, days=0),  # what never changes; ProgramStore.sweep
    Rule(f"{OURS}/", versions=1, days=0),  # what programs have not closed yet
    Rule("", versions=10, days=30),
)
DAY = 86400.0  # seconds
CHANGES = 10_000  # changes remembered, and up to a step more
CHANGES_STEP = 1000
SWEPT = 1000  # paths looked at in one transaction


def rule_for(path: str) -> Rule:
    """Return the rule for a path."""
    return next(rule for rule in RULES if path.startswith(rule.prefix))


def forget_old(db: sqlite3.Connection, path: str, newest: int) -> None:
    """Drop the versions of a file that are too many, once ``newest`` has come."""
    _drop(db, path, "number <= ?", newest - rule_for(path).versions)


def forget(db: sqlite3.Connection, path: str) -> int:
    """Drop a removed path with all its versions; return how many bytes that frees."""
    db.execute("DELETE FROM entries WHERE path = ?", (path,))
    return _drop(db, path, "number > ?", 0)


def forget_version(db: sqlite3.Connection, path: str, number: int) -> int:
    """Drop one version that is not what a file is now, and a removed path with its last one; return
    how many bytes that frees."""
    freed = _drop(db, path, "number = ?", number)
    db.execute(
        "DELETE FROM entries WHERE path = ?1 AND gone IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM versions WHERE path = ?1)",
        (path,),
    )
    return freed


def forget_by_age(db: sqlite3.Connection, now: float | None = None) -> bool:
    """Drop removed paths and old versions whose days are over, of some paths; tell whether there
    may be more of them."""
    now = time.time() if now is None else now
    more = False
    for rule in RULES:
        before = now - rule.days * DAY
        query = "SELECT path FROM entries WHERE gone < ? LIMIT ?"
        mine = [
            path
            for (path,) in db.execute(query, (before, SWEPT)).fetchall()
            if rule_for(path) is rule
        ]
        for path in mine:
            forget(db, path)
        more = more or len(mine) == SWEPT
        if not rule.days:
            continue
        query = (
            "SELECT path, newest FROM (SELECT path, max(number) AS newest, min(modified) AS oldest"
            " FROM versions GROUP BY path HAVING count(*) > 1) WHERE oldest < ? LIMIT ?"
        )
        for path, newest in db.execute(query, (before, SWEPT)).fetchall():
            if rule_for(path) is rule:
                _drop(db, path, "number < ? AND modified < ?", newest, before)
    return more


def forget_changes(db: sqlite3.Connection, newest: int) -> None:
    """Forget what watchers will not ask for any more, now and then, once change ``newest`` has
    come."""
    if newest % CHANGES_STEP == 0:
        db.execute("DELETE FROM changes WHERE seq <= ?", (newest - CHANGES,))


def _drop(db: sqlite3.Connection, path: str, which: str, *values: float) -> int:
    query = f"DELETE FROM versions WHERE path = ? AND {which} RETURNING body"
    bodies = db.execute(query, (path, *values)).fetchall()
    return sum(drop(db, body) for (body,) in bodies)
