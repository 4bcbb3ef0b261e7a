"""The index's tables.

entries    one row a path that there is or was: ``gone`` is when it was removed
versions   of a file, by number; the one with the highest number is what the file is now. A version
           is the first ``size`` bytes of a body
bodies     byte sequences that only grow: parts, one after the other, ``folded`` bytes long, and
           then the tail of so many ``records``
parts      a blob in its place within a body
tail       appended records that are in no blob yet
blobs      bytes by their SHA-256; large ones (``content`` is null) are in the blob store
garbage    blobs that may be removed from the blob store
charges    how many bytes of a body were written at whose cost; accounts has the sums and quotas
repeats    what came of a process's numbered requests, so that a repeated one counts once
changes    what happened, for those who watch
"""

import sqlite3
from pathlib import Path

from moonhop.databases import open_database, settle

FORMAT = 1

TABLES = """
CREATE TABLE entries (
    path TEXT PRIMARY KEY, parent TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    modified REAL NOT NULL, gone REAL
) WITHOUT ROWID;
CREATE INDEX entries_of ON entries (parent, name) WHERE gone IS NULL;
CREATE INDEX entries_gone ON entries (gone) WHERE gone IS NOT NULL;
CREATE TABLE versions (
    path TEXT NOT NULL, number INTEGER NOT NULL, body INTEGER NOT NULL, size INTEGER NOT NULL,
    modified REAL NOT NULL, etag TEXT NOT NULL, type TEXT NOT NULL, owner TEXT NOT NULL,
    PRIMARY KEY (path, number)
) WITHOUT ROWID;
CREATE INDEX versions_of ON versions (body);
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, folded INTEGER NOT NULL,
    records INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE parts (
    body INTEGER NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, blob TEXT NOT NULL,
    PRIMARY KEY (body, at)
) WITHOUT ROWID;
CREATE INDEX parts_of ON parts (blob);
CREATE TABLE tail (
    body INTEGER NOT NULL, at INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY (body, at)
) WITHOUT ROWID;
CREATE TABLE blobs (hash TEXT PRIMARY KEY, size INTEGER NOT NULL, content BLOB);
CREATE TABLE garbage (hash TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE charges (
    body INTEGER NOT NULL, account TEXT NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (body, account)
) WITHOUT ROWID;
CREATE TABLE accounts (
    account TEXT PRIMARY KEY, used INTEGER NOT NULL DEFAULT 0, quota INTEGER
) WITHOUT ROWID;
CREATE TABLE repeats (
    process TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (process, number)
) WITHOUT ROWID;
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, change TEXT NOT NULL,
    kind TEXT NOT NULL, size INTEGER NOT NULL, version INTEGER NOT NULL, etag TEXT NOT NULL,
    renamed TEXT
);
"""


def connect(file: Path) -> sqlite3.Connection:
    """Open the index, and make it if need be; usable from any one thread at a time.

    Raises sqlite3.DatabaseError.
    """
    return open_database(file, timeout=30.0, check_same_thread=False, cached_statements=256)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, in one step, and settle what is there already.

    Raises ValueError if another format of them is there.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found not in (0, FORMAT):
        raise ValueError(f"format {found}, this moonhop knows {FORMAT}")
    if not found:
        connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
    settle(connection)
