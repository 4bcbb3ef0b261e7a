"""The tables of the scheduler's database, and how older ones become today's."""

import sqlite3

from moonhop_core.errors import MoonhopError

STEPS = (
    """
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
""",
    """
alter table nodes add column drained integer not null default 0;
alter table processes add column app text not null default '';
alter table processes add column part text not null default '';
alter table processes add column replica integer not null default 0;
alter table processes add column terms text not null default '{}';
alter table processes add column attempts integer not null default 0;
alter table processes add column not_before real not null default 0;
alter table processes add column image text;
alter table processes add column imaged real not null default 0;
create table apps (name text primary key, spec text not null, applied real not null) strict;
""",
)


def upgrade(db: sqlite3.Connection) -> None:
    """Bring a database to today's tables, each step whole or not at all.

    Raises MoonhopError for one that a newer moonhop wrote.
    """
    (version,) = db.execute("pragma user_version").fetchone()
    if version > len(STEPS):
        raise MoonhopError("the state is of a newer moonhop; upgrade this one")
    for number in range(version, len(STEPS)):
        db.executescript(
            f"begin immediate; {STEPS[number]} pragma user_version = {number + 1}; commit;"
        )
