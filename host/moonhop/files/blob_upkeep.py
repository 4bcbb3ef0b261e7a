"""What is done to the blob store that nobody waits for: tails of logs become blobs, and blobs that
nobody needs any more go. All of it runs in the thread that writes the index."""

import logging
import sqlite3
import time
from collections.abc import Callable

from moonhop.files.blobs import Blobs
from moonhop.files.bodies import fold
from moonhop.files.holds import Holds

REMOVED = 25  # blobs removed after one commit, so that writes wait for no more
REST = 30.0  # seconds that a blob store which failed is left alone

log = logging.getLogger(__name__)


class BlobUpkeep:
    """Folds and removes after commits; what fails is done later."""

    def __init__(
        self,
        blobs: Blobs,
        holds: Holds,
        submit: Callable[[Callable[[sqlite3.Connection], None]], None],
    ) -> None:
        """``submit`` has something done in a transaction, some time after this one."""
        self._blobs, self._holds, self._submit = blobs, holds, submit
        self._to_fold: set[int] = set()
        self._failed = -REST  # when the blob store did, by the monotonic clock

    def fold_later(self, body: int) -> None:
        """A body has a long tail."""
        self._to_fold.add(body)

    def after_commit(self, db: sqlite3.Connection) -> None:
        """Do what there is to do, unless the blob store has just failed."""
        if time.monotonic() < self._failed + REST:
            return
        for body in self._to_fold:
            self._submit(lambda db, body=body: self._fold(db, body))  # type: ignore[misc]
        self._to_fold.clear()
        try:
            self._remove_garbage(db)
        except OSError as error:
            self._failed = time.monotonic()
            log.warning("what nobody needs any more stays for now: %s", error)

    def _fold(self, db: sqlite3.Connection, body: int) -> None:
        try:
            fold(db, self._blobs, body)
        except OSError:
            self._failed = time.monotonic()
            self._to_fold.add(body)
            raise

    def _remove_garbage(self, db: sqlite3.Connection) -> None:
        """Remove some blobs; the commit that this leads to goes on with the next."""
        done: list[tuple[str]] = []
        for (hash,) in db.execute("SELECT hash FROM garbage").fetchall():
            query = "SELECT 1 FROM blobs WHERE hash = ? AND content IS NULL"
            if db.execute(query, (hash,)).fetchone() or self._holds.unless_held(
                hash,
                lambda hash=hash: self._blobs.remove(hash),  # type: ignore[misc]
            ):
                done.append((hash,))
            if len(done) == REMOVED:
                break
        if done:
            self._submit(lambda db: _collected(db, done))


def _collected(db: sqlite3.Connection, hashes: list[tuple[str]]) -> None:
    db.executemany("DELETE FROM garbage WHERE hash = ?", hashes)
