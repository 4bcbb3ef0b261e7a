"""SQLite databases that never tell what a power cut could take back."""

import sqlite3
from pathlib import Path
from typing import Any


def open_database(file: Path | str, **options: Any) -> sqlite3.Connection:
    """Open a database whose commits are on the disk before they are told, and make it if need be.

    Transactions are the caller's to begin and end; ``options`` are those of sqlite3.connect. Raises
    sqlite3.Error.
    """
    connection: sqlite3.Connection = sqlite3.connect(file, isolation_level=None, **options)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def settle(connection: sqlite3.Connection) -> None:
    """Put on the disk what is there already: a process that was killed amid a commit may have left
    it in the system's memory only. Raises sqlite3.Error."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
