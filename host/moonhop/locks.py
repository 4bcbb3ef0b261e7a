"""Locks on files: whoever holds one lives. The system lets go of them, however a process ends."""

import fcntl
import os
from pathlib import Path
from typing import IO, Any, TextIO


def take(path: Path) -> TextIO:
    """Take the lock on a file, made and emptied for it, and return the file: closing it, in each
    process that has inherited it, lets go. Raises BlockingIOError if another holds it."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
    try:
        lock(file)
        file.truncate()
    except BaseException:
        file.close()
        raise
    return file


def lock(file: IO[Any], *, wait: bool = False) -> None:
    """Take the lock on an open file. If another holds it: raises BlockingIOError, or waits."""
    fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def held(path: Path) -> bool:
    """Tell whether anybody holds the lock on a file."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False
