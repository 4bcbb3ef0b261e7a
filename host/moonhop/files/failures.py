"""What the disk and the object store say when something cannot be done, in our words."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from moonhop.files.errors import DiskFull, FileError, StoreFails

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def told_as_ours(what: str) -> Iterator[None]:
    """Raise StoreFails for an OSError, DiskFull if it is for want of room; ``what`` begins the
    message."""
    try:
        yield
    except OSError as error:
        raise _failure(what, error.errno in FULL, error.strerror or str(error)) from error


def index_failure(error: sqlite3.Error) -> FileError:
    """Return what to tell whoever wanted something written that SQLite could not write."""
    # An error that the driver itself raises has no code.
    code = getattr(error, "sqlite_errorcode", None)
    return _failure("cannot write the files' index", code == sqlite3.SQLITE_FULL, str(error))


def _failure(what: str, full: bool, why: str) -> FileError:
    if full:
        return DiskFull(f"{what}: the host's disk is full; make room on it, nothing is lost")
    return StoreFails(f"{what}: {why}; what is wrong is on the host or its object store")
