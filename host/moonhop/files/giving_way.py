"""History gives way: old versions and removed files go before their time when an account reaches
its quota or the disk is full, those first that have been history for longest. All functions here
run within a transaction."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from moonhop.files.quotas import Account, account_of
from moonhop.files.retention import forget_version

MORE = 100  # this part of a quota is freed beyond what is needed, so that not each write looks
# What a file is now needs this body: dropping other versions of it would free nothing.
NEEDED = (
    "EXISTS (SELECT 1 FROM versions w JOIN entries f ON f.path = w.path WHERE w.body = {body} AND"
    " f.gone IS NULL AND w.number = (SELECT max(number) FROM versions WHERE path = w.path))"
)
HISTORY_OF = (
    "SELECT coalesce(sum(c.bytes), 0) FROM charges c WHERE c.account = ? AND NOT "
    + NEEDED.format(body="c.body")
)
# A version is over since the next one came, or the file was removed.
VERSIONS = (
    "SELECT v.path, v.number, coalesce((SELECT min(n.modified) FROM versions n"
    " WHERE n.path = v.path AND n.number > v.number), e.gone) AS over"
    " FROM {versions} JOIN entries e ON e.path = v.path"
    " WHERE {which} AND over IS NOT NULL AND NOT " + NEEDED.format(body="v.body") + " ORDER BY over"
)
VERSIONS_OF = VERSIONS.format(
    versions="charges c JOIN versions v ON v.body = c.body", which="c.account = ?"
)
ALL_VERSIONS = VERSIONS.format(versions="versions v", which="true")
ENOUGH = 16 << 20  # bytes freed at a time on a full disk


def without_history(db: sqlite3.Connection, account: str) -> Account:
    """Return an account, with what it keeps besides history."""
    found = account_of(db, account)
    (history,) = db.execute(HISTORY_OF, (account,)).fetchone()
    return replace(found, used=found.used - history)


def make_room(db: sqlite3.Connection, accounts: Iterable[str], size: int) -> None:
    """See to it that accounts may keep so many bytes more, as far as dropping history does it."""
    for account in accounts:
        if not account_of(db, account).lacks(size):
            continue
        for path, number, _ in db.execute(VERSIONS_OF, (account,)).fetchall():
            forget_version(db, path, number)
            found = account_of(db, account)
            if not found.lacks(size + found.quota // MORE):
                break


def drop_oldest(db: sqlite3.Connection) -> int:
    """Drop history until that frees enough, as far as there is any; return how many bytes."""
    freed = 0
    for path, number, _ in db.execute(ALL_VERSIONS).fetchall():
        freed += forget_version(db, path, number)
        if freed >= ENOUGH:
            break
    return freed
