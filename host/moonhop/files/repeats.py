"""Numbered requests of processes count once, also when a host's restart lies between (NMP-021)."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar, cast

from moonhop.files.entries import Entry, Writer

Came = TypeVar("Came", bound=Entry | int | None)
REMEMBERED = 1000  # numbers back, for each process


def digest(*parts: str | bytes) -> str:
    """Return what tells one request from another with the same number.

    A process that went back to its last checkpoint counts its requests from there again: what it
    asks for then is a repetition only if it is the same.
    """
    sum = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        sum.update(b"%d:" % len(content) + content)
    return sum.hexdigest()[:32]


def once(db: sqlite3.Connection, writer: Writer, digest: str, do: Callable[[], Came]) -> Came:
    """Do something, or return what came of it the last time."""
    if writer.process is None or writer.number is None:
        return do()
    key = (writer.process, writer.number)
    query = "SELECT answer FROM repeats WHERE process = ? AND number = ? AND digest = ?"
    if found := db.execute(query, (*key, digest)).fetchone():
        answer: Any = json.loads(found[0])
        return cast("Came", Entry(**answer) if isinstance(answer, dict) else answer)
    made = do()
    text = json.dumps(asdict(made) if isinstance(made, Entry) else made)
    db.execute("INSERT OR REPLACE INTO repeats VALUES (?, ?, ?, ?)", (*key, digest, text))
    if writer.number % 100 == 0:
        db.execute(
            "DELETE FROM repeats WHERE process = ? AND number < ?",
            (writer.process, writer.number - REMEMBERED),
        )
    return made


def forget_process(db: sqlite3.Connection, process: str) -> None:
    """A process has ended: it asks no more."""
    db.execute("DELETE FROM repeats WHERE process = ?", (process,))
