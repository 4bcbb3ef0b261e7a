"""The fleet's files: an index in SQLite over a store of blobs.

Every method can be called from any thread and blocks until what it did is on the disk; those that
end in ``_soon`` give a future instead. Paths are the fleet's (files/paths.py), never the machine's;
every method raises PathError for one that is not allowed, and FileErrors (files/errors.py).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import chain
from pathlib import Path
from typing import TypeVar

from moonhop.files import appends, giving_way, quotas, retention, tree
from moonhop.files.blob_upkeep import BlobUpkeep
from moonhop.files.blobs import Blobs
from moonhop.files.bodies import Piece, is_long, pieces
from moonhop.files.commits import Committer
from moonhop.files.entries import ANY, HOST, Change, Entry, Known, Page, Version, Writer
from moonhop.files.errors import FileError, Longer, NotFound
from moonhop.files.folder_blobs import FolderBlobs
from moonhop.files.holds import Holds
from moonhop.files.paths import OPEN, clean_path
from moonhop.files.quotas import Account
from moonhop.files.reading import Chunks, Content, blobs_of
from moonhop.files.repeats import Came, digest, forget_process, once
from moonhop.files.reserve import Reserve
from moonhop.files.schema import connect, prepare
from moonhop.files.uploads import Upload
from moonhop.state import sync_folder

LARGEST_PAGE = 1000  # entries

T = TypeVar("T")


class FileStore:
    """Files below a folder of this machine; large blobs in another store, if one is given."""

    def __init__(self, folder: Path, blobs: Blobs | None = None) -> None:
        """Raises FileError if the folder holds what is no index of ours."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(folder.parent)  # else a power cut could take all of it
        self._blobs = blobs or FolderBlobs(folder / "blobs")
        self._file = folder / "index.db"
        self._readers = threading.local()
        self._all_readers: list[sqlite3.Connection] = []
        self._holds = Holds()
        self._told = 0  # the last change that listeners know
        self._listeners: list[Callable[[list[Change]], None]] = []
        try:
            prepare(self._reader())
        except (ValueError, sqlite3.DatabaseError) as error:
            raise FileError(f"cannot use {self._file}: {error}; move it away") from None
        self._told = self.last_change()
        reserve = Reserve(folder / "reserve")
        reserve.take()
        self._committer = Committer(self._file, self._after_commit, reserve)
        self._blobs.make_room = self._make_room
        self._upkeep = BlobUpkeep(self._blobs, self._holds, self._committer.submit_upkeep)

    def close(self) -> None:
        """Write what is under way, then close. No other method may be running."""
        self._committer.close()
        for connection in self._all_readers:
            connection.close()

    def __enter__(self) -> "FileStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- reading ---------------------------------------------------------------------------------

    def find(self, path: str) -> Entry | None:
        """Return what is under a path, None if there is nothing."""
        return tree.find(self._reader(), clean_path(path))

    def stat(self, path: str) -> Entry:
        """Return what is under a path. Raises NotFound."""
        return tree.get(self._reader(), clean_path(path))

    def page(
        self,
        path: str = "",
        prefix: str = "",
        after: str = "",
        limit: int = LARGEST_PAGE,
        deep: bool = False,
    ) -> Page:
        """Return what a folder holds, by name; ``deep``: all that is below it, by path.

        ``prefix`` is what the names begin with, ``after`` a name that comes before all of them.
        Raises NotFound, Conflict if it is a file.
        """
        limit = max(1, min(limit, LARGEST_PAGE))
        return tree.page(self._reader(), clean_path(path), prefix, after, limit, deep)

    def walk(self, path: str = "", deep: bool = False) -> Iterator[Entry]:
        """Give all that ``page`` tells of, page after page."""
        after: str | None = ""
        while after is not None:
            page = self.page(path, after=after, deep=deep)
            yield from page.entries
            after = page.next

    def open(self, path: str, version: int | None = None) -> Content:
        """Return a file's content, or that of an old version. Raises NotFound, Conflict."""
        cleaned = clean_path(path)
        db = self._reader()
        if version is None:
            entry = tree.get_file(db, cleaned)
        else:
            entry = tree.get_version(db, cleaned, version)
        return Content(entry, lambda start, end: self._chunks(entry, start, end))

    def read(self, path: str) -> bytes:
        """Return a whole file's content; only for what is known to be small."""
        return self.open(path).read()

    def versions(self, path: str) -> list[Version]:
        """Return the versions of a file, also of a removed one, the newest first."""
        return tree.versions(self._reader(), clean_path(path))

    # -- writing ---------------------------------------------------------------------------------

    def check_writable(self, path: str, known: Known = ANY) -> None:
        """Raise what writing a file would as things are, so that nobody sends one for nothing."""
        tree.check_writable(self._reader(), clean_path(path), known)

    def upload(self) -> Upload:
        """Begin a new version of a file; ``discard`` it in the end, whatever becomes of it."""
        return Upload(self._blobs)

    def finish(
        self,
        upload: Upload,
        path: str,
        writer: Writer = HOST,
        known: Known = ANY,
        type: str | None = None,
    ) -> Entry:
        """Make what was uploaded the newest version of a file, whose media type may be told."""
        cleaned = clean_path(path)
        hash, size, content = upload.finish()
        with self._holds.holding([hash]):
            upload.keep()
            return self._change(
                writer,
                digest("put", cleaned, hash),
                lambda db: tree.put(db, cleaned, (hash, size, content), type, writer, known),
            )

    def write(
        self,
        path: str,
        content: bytes | Iterable[bytes],
        writer: Writer = HOST,
        known: Known = ANY,
    ) -> Entry:
        """Write a whole file, which may come in pieces, and return its entry."""
        upload = self.upload()
        try:
            for piece in [content] if isinstance(content, bytes) else content:
                upload.write(piece)
            return self.finish(upload, path, writer, known)
        finally:
            upload.discard()

    def append(self, path: str, content: bytes, writer: Writer = HOST, known: Known = ANY) -> Entry:
        """Add to the end of a file, which is made if need be, in one piece; return its entry."""
        return self.append_soon(path, content, writer, known).result()

    def append_at(
        self, path: str, content: bytes, size: int, writer: Writer = HOST, known: Known = ANY
    ) -> Entry:
        """Append to a file that has so many bytes; what it has beyond them goes: its writer has
        gone back to a checkpoint. Raises Conflict if it has less."""
        try:
            return self.append_soon(path, content, writer, known, size).result()
        except Longer:
            whole = chain(self.open(path).chunks(0, size), [content])
            return self.write(path, whole, writer, known)

    def append_soon(
        self,
        path: str,
        content: bytes,
        writer: Writer = HOST,
        known: Known = ANY,
        size: int | None = None,
    ) -> "Future[Entry]":
        """As ``append``, but return a future; the file has to have ``size`` bytes, if given."""
        cleaned = clean_path(path)
        if len(content) > appends.LARGEST:
            raise FileError(f"one append may be {appends.LARGEST >> 20} MB; send several")

        def work(db: sqlite3.Connection) -> Entry:
            if size is not None:
                tree.check_size(db, cleaned, size)
            entry = tree.append(db, cleaned, content, writer, known)
            body = tree.body_of(db, cleaned, entry.version)
            if is_long(db, body, self._blobs.long):
                self._upkeep.fold_later(body)
            return entry

        done = _once(writer, digest("append", cleaned, content, str(size)), work)
        return self._committer.submit(done)

    def make_folder(self, path: str, writer: Writer = HOST) -> Entry:
        """Make a folder and those above it; one that is there is no trouble."""
        cleaned = clean_path(path)
        return self._change(
            writer, digest("mkdir", cleaned), lambda db: tree.make_folder(db, cleaned)
        )

    def remove(
        self, path: str, writer: Writer = HOST, known: Known = ANY, deep: bool = False
    ) -> None:
        """Remove a file or an empty folder; ``deep``: a folder with all that is below it."""
        cleaned = clean_path(path)

        def work(db: sqlite3.Connection) -> None:
            tree.remove(db, cleaned, deep, known)

        done = _once(writer, digest("remove", cleaned), work)
        self._committer.submit(done, removes=True).result()

    def remove_for_ever(
        self, path: str, writer: Writer = HOST, known: Known = ANY, deep: bool = False
    ) -> int:
        """As ``remove``, but with all versions, also of what was removed before; return how many
        bytes that frees."""
        cleaned = clean_path(path)
        work = _once(
            writer,
            digest("remove for ever", cleaned),
            lambda db: tree.remove_for_ever(db, cleaned, deep, known),
        )
        return self._committer.submit(work, removes=True).result()

    def rename(self, source: str, target: str, writer: Writer = HOST) -> Entry:
        """Move a file or folder. A file that is in the way gets a new version, in one step."""
        old, new = clean_path(source), clean_path(target)
        return self._change(
            writer, digest("rename", old, new), lambda db: tree.rename(db, old, new, writer)
        )

    def copy(self, source: str, target: str, writer: Writer = HOST) -> Entry:
        """Copy a file or folder; the copy takes no room. A file that is in the way gets a new
        version."""
        old, new = clean_path(source), clean_path(target)
        return self._change(
            writer, digest("copy", old, new), lambda db: tree.copy(db, old, new, writer)
        )

    def restore(self, path: str, version: int, writer: Writer = HOST) -> Entry:
        """Make an old version of a file the newest, also of a removed file."""
        cleaned = clean_path(path)
        return self._change(
            writer,
            digest("restore", cleaned, str(version)),
            lambda db: tree.restore(db, cleaned, version, writer),
        )

    # -- watching --------------------------------------------------------------------------------

    def last_change(self) -> int:
        """Return the number of the last change of the tree."""
        (seq,) = self._reader().execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()
        return int(seq)

    def first_change(self) -> int:
        """Return the number of the first change that is still known; without any, of the next."""
        query = "SELECT coalesce(min(seq), 1) FROM changes"
        (seq,) = self._reader().execute(query).fetchone()
        return int(seq)

    def changes(self, since: int, path: str = "", limit: int = LARGEST_PAGE) -> list[Change]:
        """Return the changes after number ``since`` to a path and what is below it, the first
        ``limit`` of them. Only the newest few thousand are known."""
        return tree.changes(self._reader(), since, clean_path(path), limit)

    def listen(self, listener: Callable[[list[Change]], None]) -> Callable[[], None]:
        """Have changes told, in their order, from a thread of the store, once they are on the disk;
        return what ends it."""
        if not self._listeners:
            self._told = self.last_change()
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # -- quotas and upkeep -----------------------------------------------------------------------

    def usage(self) -> list[Account]:
        """Return what nodes and applications keep and may keep, in bytes."""
        return quotas.usage(self._reader())

    def tightest(self, writer: Writer) -> Account | None:
        """Return the account of a writer that may keep the fewest bytes more; None: no bound."""
        return quotas.tightest(self._reader(), writer.accounts)

    def without_history(self, account: Account) -> Account:
        """Return an account as it would be if all history that may give way were gone."""
        return giving_way.without_history(self._reader(), account.account)

    def set_quota(self, account: str, quota: int | None) -> Account:
        """Set how many bytes ``node:ID`` or ``app:NAME`` may keep; None: the default."""
        return self._committer.submit(lambda db: quotas.set_quota(db, account, quota)).result()

    def processes(self) -> list[str]:
        """Return the processes whose requests are remembered or that left files open."""
        found = {pid for (pid,) in self._reader().execute("SELECT DISTINCT process FROM repeats")}
        if self.find(OPEN) is not None:
            found.update(entry.name for entry in self.walk(OPEN))
        return sorted(found)

    def forget_process(self, process: str) -> None:
        """A process has ended: what it left open goes, and its requests need not be remembered."""

        def work(db: sqlite3.Connection) -> None:
            forget_process(db, process)
            left = f"{OPEN}/{process}"
            if tree.find(db, left) is not None:
                tree.remove(db, left, deep=True)

        self._committer.submit(work).result()

    def sweep(self) -> None:
        """Drop what is kept for long enough, and blobs that a host which was killed has left."""
        while self._committer.submit(retention.forget_by_age).result():
            pass  # others write between two of them
        known = "SELECT 1 FROM blobs WHERE hash = ? AND content IS NULL"
        for hash in self._blobs.hashes():
            if not self._reader().execute(known, (hash,)).fetchone():
                self._committer.submit(
                    lambda db, hash=hash: db.execute(  # type: ignore[misc]
                        "INSERT OR IGNORE INTO garbage VALUES (?)", (hash,)
                    )
                ).result()

    # -- inside ----------------------------------------------------------------------------------

    def _change(
        self, writer: Writer, mark: str, work: Callable[[sqlite3.Connection], Entry]
    ) -> Entry:
        return self._committer.submit(_once(writer, mark, work)).result()

    def _make_room(self) -> bool:
        """Have history give way where blobs lie on a full disk; tell whether any did."""
        if self._committer.here:  # it cannot wait for itself
            return False
        freed = self._committer.submit(giving_way.drop_oldest, removes=True).result()
        count, left = "SELECT count(*) FROM garbage", 0
        while freed:  # blobs go a few at a time, after each commit
            (now,) = self._committer.submit(lambda db: db.execute(count).fetchone()).result()
            if now in (0, left):
                break
            left = now
        return freed > 0

    def _reader(self) -> sqlite3.Connection:
        """Return this thread's connection for reading."""
        connection: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            connection = self._readers.connection = connect(self._file)
            self._all_readers.append(connection)
        return connection

    def _chunks(self, entry: Entry, start: int, end: int) -> Chunks:
        found: list[Piece] = []
        if start < end:
            db = self._reader()
            body = tree.find_body(db, entry.path, entry.version)
            if body is not None:
                found = pieces(db, body, start, end)
                held = blobs_of(found)
                self._holds.take(held)
                # Held from here on; but had the body been dropped by now, a blob could be gone.
                if tree.find_body(db, entry.path, entry.version) is None:
                    self._holds.release(held)
                    body = None
            if body is None:
                raise NotFound(f"version {entry.version} of {entry.path!r} is kept no longer")
        return Chunks(found, start, end, self._blobs, self._holds)

    def _after_commit(self, db: sqlite3.Connection) -> None:
        """What follows from a commit, in the committer's thread."""
        if self._listeners:
            found = tree.changes(db, self._told, "", -1)
            if found:
                self._told = found[-1].seq
                for listener in list(self._listeners):
                    listener(found)
        self._upkeep.after_commit(db)


def _once(
    writer: Writer, mark: str, work: Callable[[sqlite3.Connection], Came]
) -> Callable[[sqlite3.Connection], Came]:
    return lambda db: once(db, writer, mark, lambda: work(db))
