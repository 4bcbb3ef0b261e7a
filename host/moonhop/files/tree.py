"""The tree of paths and the versions of its files.

A removed path keeps its row and its versions for a while, so that it can be restored. All functions
here run within a transaction, take clean paths (files/paths.py) and raise FileErrors.
"""

import hashlib
import mimetypes
import sqlite3
import time
from collections.abc import Iterator
from shlex import quote
from typing import Any

from moonhop.files.bodies import extend, make_body
from moonhop.files.entries import ANY, Change, Entry, Known, Page, Version, What, Writer
from moonhop.files.errors import Conflict, Longer, NotFound
from moonhop.files.giving_way import make_room
from moonhop.files.paths import check_length
from moonhop.files.quotas import charge
from moonhop.files.retention import forget, forget_changes, forget_old, rule_for

PLAIN = "application/octet-stream"
ENTRY = (
    "SELECT e.path, e.kind, coalesce(v.size, 0), coalesce(v.modified, e.modified),"
    " coalesce(v.number, 0), coalesce(v.etag, ''), coalesce(v.type, ''), coalesce(v.owner, 'host')"
    " FROM entries e LEFT JOIN versions v ON e.kind = 'file' AND v.path = e.path AND v.number ="
    " (SELECT max(number) FROM versions WHERE path = e.path)"
)
VERSION = "SELECT path, number, size, modified, etag, type, owner FROM versions"
LAST = "\U0010ffff"  # comes after all that names may have in them
TOP = Entry("", "folder", 0, 0.0, 0, "", "", "host")


# -- what is there --------------------------------------------------------------------------------


def find(db: sqlite3.Connection, path: str) -> Entry | None:
    """Return what is under a path, or None."""
    if not path:
        return TOP
    row = db.execute(ENTRY + " WHERE e.path = ? AND e.gone IS NULL", (path,)).fetchone()
    return Entry(*row) if row else None


def get(db: sqlite3.Connection, path: str) -> Entry:
    """Return what is under a path."""
    found = find(db, path)
    if found is None:
        raise NotFound(f"there is no {path!r}; see what there is with: moonhop fs ls")
    return found


def get_file(db: sqlite3.Connection, path: str) -> Entry:
    """Return the file under a path."""
    found = get(db, path)
    if found.kind != "file":
        raise Conflict(f"{path!r} is a folder, not a file")
    return found


def get_version(db: sqlite3.Connection, path: str, number: int) -> Entry:
    """Return a file as it was in a version."""
    row = db.execute(VERSION + " WHERE path = ? AND number = ?", (path, number)).fetchone()
    if row is None:
        raise _no_version(path, number)
    found = Version(*row)
    return Entry(
        path, "file", found.size, found.modified, number, found.etag, found.type, found.owner
    )


def find_body(db: sqlite3.Connection, path: str, number: int) -> int | None:
    """Return the body of a version, None if it is there no more."""
    query = "SELECT body FROM versions WHERE path = ? AND number = ?"
    row = db.execute(query, (path, number)).fetchone()
    return int(row[0]) if row else None


def body_of(db: sqlite3.Connection, path: str, number: int) -> int:
    """Return the body of a version that is there."""
    body = find_body(db, path, number)
    assert body is not None
    return body


def changes(db: sqlite3.Connection, since: int, path: str, limit: int) -> list[Change]:
    """Return the first ``limit`` changes (-1: all) after a number, to a path and what is below."""
    query = (
        "SELECT seq, path, change, kind, size, version, etag, renamed FROM changes WHERE seq > ?1"
        " AND (?2 = '' OR path = ?2 OR path > ?2 || '/' AND path < ?2 || '0')"
        " ORDER BY seq LIMIT ?3"
    )
    return [Change(*row) for row in db.execute(query, (since, path, limit))]


def page(
    db: sqlite3.Connection, path: str, prefix: str, after: str, limit: int, deep: bool
) -> Page:
    """Return a folder's entries by name, or all below it by path: those whose names (paths from the
    folder on) begin with ``prefix`` and come after ``after``."""
    if get(db, path).kind != "folder":
        raise Conflict(f"{path!r} is a file, not a folder")
    top = path + "/" if path else ""
    column, start = ("e.path", top) if deep else ("e.name", "")
    query = f"{ENTRY} WHERE e.gone IS NULL AND {column} >= ? AND {column} < ? AND {column} > ?"
    values: list[Any] = [start + prefix, start + prefix + LAST, start + after]
    if not deep:
        query, values = query + " AND e.parent = ?", [*values, path]
    rows = db.execute(f"{query} ORDER BY {column} LIMIT ?", (*values, limit + 1)).fetchall()
    entries = [Entry(*row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(entries, entries[-1].path[len(top) :] if more else None)


def below(db: sqlite3.Connection, path: str) -> Iterator[Entry]:
    """Give all entries below a folder, folders before what is in them."""
    query = ENTRY + " WHERE e.gone IS NULL AND e.path > ? AND e.path < ? ORDER BY e.path"
    for row in db.execute(query, (path + "/", path + "0")).fetchall():
        yield Entry(*row)


def versions(db: sqlite3.Connection, path: str) -> list[Version]:
    """Return the versions of a file that is or was there, the newest first."""
    rows = db.execute(VERSION + " WHERE path = ? ORDER BY number DESC", (path,)).fetchall()
    if not rows:
        entry = get(db, path)
        raise Conflict(f"{path!r} is a {entry.kind}, which has no versions")
    return [Version(*row) for row in rows]


# -- changes --------------------------------------------------------------------------------------


def put(
    db: sqlite3.Connection,
    path: str,
    blob: tuple[str, int, bytes | None],
    type: str | None,
    writer: Writer,
    known: Known = ANY,
) -> Entry:
    """Make a new version of a file out of a blob (hash, size in bytes, its content if small)."""
    _check_free(db, path, known)
    hash, size, _ = blob
    make_room(db, writer.accounts, size)
    body = make_body(db, *blob)
    charge(db, writer.accounts, body, size)
    return _new_version(db, path, body, size, hash[:32], type or guess_type(path), writer.owner)


def append(
    db: sqlite3.Connection, path: str, content: bytes, writer: Writer, known: Known = ANY
) -> Entry:
    """Append to the newest version of a file, which is made if need be; nothing changes nothing."""
    old = _check_free(db, path, known)
    if old is None:
        blob = (hashlib.sha256(content).hexdigest(), len(content), content)
        return put(db, path, blob, None, writer)
    if not content:
        return old
    make_room(db, writer.accounts, len(content))
    before = body_of(db, path, old.version)
    body = extend(db, before, old.size, content)
    charge(db, writer.accounts, body, len(content))
    etag = hashlib.sha256(old.etag.encode() + content).hexdigest()[:32]
    size = old.size + len(content)
    db.execute(
        "UPDATE versions SET body = ?, size = ?, modified = ?, etag = ?"
        " WHERE path = ? AND number = ?",
        (body, size, time.time(), etag, path, old.version),
    )
    return note(db, path, "appended")


def check_writable(db: sqlite3.Connection, path: str, known: Known) -> Entry | None:
    """Return the file that would be written over, None if there is none; Conflict, NotThatVersion
    if it may not be."""
    if not path:
        raise Conflict("the top of the tree is a folder, not a file")
    entry = find(db, path)
    if entry is not None and entry.kind != "file":
        raise Conflict(f"{path!r} is a folder, not a file")
    known.require(entry, path)
    return entry


def check_size(db: sqlite3.Connection, path: str, size: int) -> None:
    """Raise Conflict unless a file has so many bytes: Longer if it has more."""
    entry = find(db, path)
    found = 0 if entry is None else entry.size
    if found > size:
        raise Longer(f"{path!r} has {found} bytes, not {size}")
    if found < size:
        raise Conflict(f"{path!r} has {found} bytes, not {size}: what was written before is gone")


def make_folder(db: sqlite3.Connection, path: str) -> Entry:
    """Make a folder and those above it; one that is there is no trouble."""
    found = find(db, path)
    if found is not None:
        if found.kind != "folder":
            raise Conflict(f"{path!r} is a file, not a folder")
        return found
    _make_parents(db, path)
    _set_entry(db, path, "folder")
    return note(db, path, "made")


def remove(db: sqlite3.Connection, path: str, deep: bool, known: Known = ANY) -> int:
    """Remove a file, an empty folder, or with ``deep`` a folder with all that is below it; return
    how many bytes are free at once: those of files that have no history."""
    if not path:
        raise Conflict("the top of the tree cannot be removed")
    entry = get(db, path)
    known.require(entry, path)
    inside = list(below(db, path)) if entry.kind == "folder" else []
    if inside and not deep:
        raise Conflict(
            f"folder {path!r} is not empty; remove what is in it first (moonhop fs rm -r)"
        )
    return sum(_remove(db, each) for each in [*reversed(inside), entry])


def remove_for_ever(db: sqlite3.Connection, path: str, deep: bool, known: Known = ANY) -> int:
    """As ``remove``, but with all versions, also of what was removed before: at the path, and with
    ``deep`` below it. Return how many bytes that frees."""
    there = find(db, path)
    freed = remove(db, path, deep, known) if there else 0
    query = (
        "SELECT path FROM entries WHERE gone IS NOT NULL"
        " AND (path = ?1 OR ?2 AND path > ?1 || '/' AND path < ?1 || '0')"
    )
    gone = db.execute(query, (path, deep)).fetchall()
    if not there and not gone:
        get(db, path)
    return freed + sum(forget(db, each) for (each,) in gone)


def copy(db: sqlite3.Connection, source: str, target: str, writer: Writer) -> Entry:
    """Copy a file or a folder with all that is below it; files that are in the way get a new
    version."""
    entry, inside = _check_move(db, source, target)
    return _copy(db, entry, inside, target, writer)


def rename(db: sqlite3.Connection, source: str, target: str, writer: Writer) -> Entry:
    """Move a file or a folder; a file that is in the way gets a new version."""
    if not source:
        raise Conflict("the top of the tree cannot be renamed")
    entry, inside = _check_move(db, source, target)
    if source == target:
        return entry
    moved = _copy(db, entry, inside, target, writer)
    for each in [*reversed(inside), entry]:
        _remove(db, each, "renamed", target + each.path[len(source) :])
    return moved


def restore(db: sqlite3.Connection, path: str, number: int, writer: Writer) -> Entry:
    """Make an old version the newest, also of a file that was removed."""
    query = "SELECT body, size, etag, type FROM versions WHERE path = ? AND number = ?"
    row = db.execute(query, (path, number)).fetchone()
    if row is None:
        raise _no_version(path, number)
    _check_free(db, path, ANY)
    body, size, etag, type = row
    return _new_version(db, path, body, size, etag, type, writer.owner)


def note(
    db: sqlite3.Connection, path: str, change: What, entry: Entry | None = None, to: str = ""
) -> Entry:
    """Note a change for those who watch; return the entry."""
    entry = entry or get(db, path)
    cursor = db.execute(
        "INSERT INTO changes (path, change, kind, size, version, etag, renamed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (path, change, entry.kind, entry.size, entry.version, entry.etag, to or None),
    )
    forget_changes(db, cursor.lastrowid or 0)
    return entry


def guess_type(path: str) -> str:
    """Return the media type that a file's name suggests."""
    return mimetypes.guess_type(path, strict=False)[0] or PLAIN


# -- inside ---------------------------------------------------------------------------------------


def _no_version(path: str, number: int) -> NotFound:
    return NotFound(
        f"{path!r} has no version {number}; see which it has with: moonhop fs history {quote(path)}"
    )


def _check_free(db: sqlite3.Connection, path: str, known: Known) -> Entry | None:
    """Return the file that a new version belongs to, None if there is none yet; folders above it
    are made."""
    entry = check_writable(db, path, known)
    if entry is None:
        _make_parents(db, path)
    return entry


def _make_parents(db: sqlite3.Connection, path: str) -> None:
    names = path.split("/")[:-1]
    for count in range(len(names), 0, -1):
        above = "/".join(names[:count])
        found = find(db, above)
        if found is None:
            _set_entry(db, above, "folder")
            note(db, above, "made")
        elif found.kind == "folder":
            return
        else:
            raise Conflict(f"{above!r} is a file, not a folder")


def _set_entry(db: sqlite3.Connection, path: str, kind: str) -> None:
    parent, _, name = path.rpartition("/")
    db.execute(
        "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, NULL)"
        " ON CONFLICT DO UPDATE SET kind = ?4, modified = ?5, gone = NULL",
        (path, parent, name, kind, time.time()),
    )


def _new_version(
    db: sqlite3.Connection, path: str, body: int, size: int, etag: str, type: str, owner: str
) -> Entry:
    query = "SELECT coalesce(max(number), 0) + 1 FROM versions WHERE path = ?"
    (number,) = db.execute(query, (path,)).fetchone()
    db.execute(
        "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (path, number, body, size, time.time(), etag, type, owner),
    )
    _set_entry(db, path, "file")
    forget_old(db, path, number)
    return note(db, path, "written")


def _remove(db: sqlite3.Connection, entry: Entry, change: What = "removed", to: str = "") -> int:
    db.execute("UPDATE entries SET gone = ? WHERE path = ?", (time.time(), entry.path))
    note(db, entry.path, change, entry, to)
    return 0 if rule_for(entry.path).days else forget(db, entry.path)


def _check_move(db: sqlite3.Connection, source: str, target: str) -> tuple[Entry, list[Entry]]:
    """Return what is to be copied, and what is below it."""
    entry = get(db, source)
    there = find(db, target)
    if source != target and (not source or target.startswith(source + "/")):
        raise Conflict(f"{target!r} lies in {source!r} itself")
    if source != target and there is not None and "folder" in (there.kind, entry.kind):
        raise Conflict(f"there is a {there.kind} {target!r} already; choose another name")
    return entry, list(below(db, source)) if entry.kind == "folder" else []


def _copy(
    db: sqlite3.Connection, entry: Entry, inside: list[Entry], target: str, writer: Writer
) -> Entry:
    for each in [entry, *inside]:
        path = target + each.path[len(entry.path) :]
        check_length(path)
        if each.kind == "folder":
            made = make_folder(db, path)
        else:
            _check_free(db, path, ANY)
            body = body_of(db, each.path, each.version)
            made = _new_version(db, path, body, each.size, each.etag, each.type, writer.owner)
        if each is entry:
            first = made
    return first
