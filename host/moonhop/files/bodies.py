"""Bodies: byte sequences that only grow, made of blobs and of a tail of appended records.

A version is the first bytes of a body, so an append costs a row, whatever the file's size, and a
copy costs nothing. All functions here run within a transaction.
"""

import hashlib
import sqlite3
from dataclasses import dataclass

from moonhop.files.blobs import Blobs
from moonhop.files.quotas import release

SMALL = 16 * 1024  # bytes: a blob up to this lies in the index, where it costs no file
LONG = 64 * 1024  # bytes: a tail from here on becomes a blob in a folder
RECORDS = 1024  # and one with so many records too


@dataclass(frozen=True)
class Piece:
    """Where bytes of a body are: from ``at`` on ``size`` bytes, here or in a blob."""

    at: int
    size: int
    content: bytes | None
    blob: str | None


def make_body(db: sqlite3.Connection, hash: str, size: int, content: bytes | None) -> int:
    """Make a body of one blob, whose content comes along if it is small; return its id."""
    cursor = db.execute("INSERT INTO bodies (size, folded) VALUES (?, ?)", (size, size))
    body = cursor.lastrowid
    assert body is not None
    if size:
        add_blob(db, hash, size, content)
        db.execute("INSERT INTO parts VALUES (?, 0, ?, ?)", (body, size, hash))
    return body


def add_blob(db: sqlite3.Connection, hash: str, size: int, content: bytes | None) -> None:
    """Note a blob. One that lies in the index already stays there."""
    db.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)", (hash, size, content))


def extend(db: sqlite3.Connection, body: int, size: int, content: bytes) -> int:
    """Append to the first ``size`` bytes of a body; return the body that has them now.

    It is another one if somebody else has appended to these bytes before.
    """
    (whole,) = db.execute("SELECT size FROM bodies WHERE id = ?", (body,)).fetchone()
    if whole != size:
        body = _fork(db, body, size)
    if content:
        db.execute("INSERT INTO tail VALUES (?, ?, ?)", (body, size, content))
        db.execute(
            "UPDATE bodies SET size = size + ?, records = records + 1 WHERE id = ?",
            (len(content), body),
        )
    return body


def is_long(db: sqlite3.Connection, body: int, long: int) -> bool:
    """Tell whether a body's tail is to become a blob, which it does with ``long`` bytes."""
    found = db.execute("SELECT records, size - folded FROM bodies WHERE id = ?", (body,)).fetchone()
    return found is not None and (found[0] >= RECORDS or found[1] >= long)


def fold(db: sqlite3.Connection, blobs: Blobs, body: int) -> None:
    """Turn the tail of a body into a blob, if it is still long."""
    if not is_long(db, body, blobs.long):
        return
    rows = db.execute("SELECT at, content FROM tail WHERE body = ? ORDER BY at", (body,)).fetchall()
    content = b"".join(part for _, part in rows)
    if len(content) <= SMALL:
        hash = hashlib.sha256(content).hexdigest()
        add_blob(db, hash, len(content), content)
    else:
        staged = blobs.stage()
        try:
            staged.write(content)
            staged.finish()
            blobs.keep(staged)
        finally:
            staged.discard()
        hash = staged.hash
        add_blob(db, hash, staged.size, None)
    db.execute("DELETE FROM tail WHERE body = ?", (body,))
    db.execute("INSERT INTO parts VALUES (?, ?, ?, ?)", (body, rows[0][0], len(content), hash))
    db.execute("UPDATE bodies SET folded = size, records = 0 WHERE id = ?", (body,))


def pieces(db: sqlite3.Connection, body: int, start: int, end: int) -> list[Piece]:
    """Return where the bytes from ``start`` to ``end`` are, in their order, not yet cut to them."""
    parts = db.execute(
        "SELECT at, parts.size, content, blob FROM parts JOIN blobs ON blob = hash"
        " WHERE body = ?1 AND at >= (SELECT coalesce(max(at), 0) FROM parts"
        " WHERE body = ?1 AND at <= ?2) AND at < ?3 ORDER BY at",
        (body, start, end),
    ).fetchall()
    found = [
        Piece(at, size, content, None if content is not None else blob)
        for at, size, content, blob in parts
    ]
    if not found or found[-1].at + found[-1].size < end:
        rows = db.execute(
            "SELECT at, content FROM tail WHERE body = ?1 AND at >= (SELECT coalesce(max(at), 0)"
            " FROM tail WHERE body = ?1 AND at <= ?2) AND at < ?3 ORDER BY at",
            (body, start, end),
        )
        found += [Piece(at, len(content), content, None) for at, content in rows]
    return [piece for piece in found if piece.at + piece.size > start]


def drop(db: sqlite3.Connection, body: int) -> int:
    """Drop a body unless a version needs it; blobs outside the index that nobody needs any more
    become garbage. Return how many bytes that frees."""
    if db.execute("SELECT 1 FROM versions WHERE body = ? LIMIT 1", (body,)).fetchone():
        return 0
    (freed,) = db.execute("SELECT size - folded FROM bodies WHERE id = ?", (body,)).fetchone()
    hashes = {hash for (hash,) in db.execute("SELECT blob FROM parts WHERE body = ?", (body,))}
    for table in ("parts", "tail"):
        db.execute(f"DELETE FROM {table} WHERE body = ?", (body,))
    release(db, body)
    db.execute("DELETE FROM bodies WHERE id = ?", (body,))
    for hash in hashes:
        if db.execute("SELECT 1 FROM parts WHERE blob = ? LIMIT 1", (hash,)).fetchone():
            continue
        size, inside = db.execute(
            "DELETE FROM blobs WHERE hash = ? RETURNING size, content IS NOT NULL", (hash,)
        ).fetchone()
        freed += size
        if not inside:
            db.execute("INSERT OR IGNORE INTO garbage VALUES (?)", (hash,))
    return int(freed)


def _fork(db: sqlite3.Connection, body: int, size: int) -> int:
    """Make a body of the first bytes of another."""
    cursor = db.execute(
        "INSERT INTO bodies (size, folded) SELECT ?1, min(?1, folded) FROM bodies WHERE id = ?2",
        (size, body),
    )
    fork = cursor.lastrowid
    assert fork is not None
    db.execute(
        "INSERT INTO parts SELECT ?, at, min(size, ? - at), blob FROM parts"
        " WHERE body = ? AND at < ?",
        (fork, size, body, size),
    )
    db.execute(
        "INSERT INTO tail SELECT ?, at, substr(content, 1, ? - at) FROM tail"
        " WHERE body = ? AND at < ?",
        (fork, size, body, size),
    )
    db.execute(
        "UPDATE bodies SET records = (SELECT count(*) FROM tail WHERE body = id) WHERE id = ?",
        (fork,),
    )
    return fork
