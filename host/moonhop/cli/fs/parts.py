"""Downloads that appear whole, and go on where they broke off.

What has come lies beside the file as ``NAME.ETAG.part``: the same command goes on there if the file
is still the version that it was (RFC 9110, ``If-Range``). Whoever writes there holds a lock on it.
"""

import glob
import http.client
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from moonhop import locks
from moonhop.cli.client import Client, Interrupted, Refused, pieces
from moonhop.cli.fs.local import told_of_ours
from moonhop.cli.progress import Progress
from moonhop_core.errors import MoonhopError

WORTH = 1 << 20  # bytes: less is not kept
PART = re.compile(r"\.([0-9a-f]{32})\.part")


def fetch(client: Client, source: str, target: Path) -> int:
    """Copy what the API has under ``source`` to a file; return its size in bytes.

    Raises MoonhopError, also if another process is at it.
    """
    if target.is_symlink():  # it stays one
        target = target.resolve()
    with told_of_ours("write", target):
        for part, etag in _begun(target):
            with _taken(part, target) as file:
                size = _go_on(client, source, file, part, target, etag)
                if size is not None:
                    return size
                part.unlink()
        with client.open("GET", source) as response:
            etag = (response.getheader("ETag") or "").strip('"')
            part = target.with_name(f"{target.name}.{etag}.part")
            with _taken(part, target) as file:
                file.truncate(0)
                return _receive(response, file, part, target)


def _begun(target: Path) -> list[tuple[Path, str]]:
    """Return what has come of a file before, and of which version."""
    found = []
    for name in glob.glob(f"{glob.escape(str(target))}.*.part"):
        if match := PART.fullmatch(name[len(str(target)) :]):
            found.append((Path(name), match[1]))
    return found


@contextmanager
def _taken(part: Path, target: Path) -> Iterator[IO[bytes]]:
    """Open a part to add to it, and let nobody else do so meanwhile."""
    with part.open("ab") as file:
        try:
            locks.lock(file)
        except BlockingIOError:
            raise MoonhopError(f"another moonhop is getting {str(target)!r}; wait for it") from None
        # Whoever had it until now may have finished.
        if not part.exists() or not os.path.samestat(os.fstat(file.fileno()), part.stat()):
            raise MoonhopError(f"another moonhop has just got {str(target)!r}; look at it")
        yield file


def _go_on(
    client: Client, source: str, file: IO[bytes], part: Path, target: Path, etag: str
) -> int | None:
    """Get the rest of a part; None if it is of a version that the file has no longer."""
    headers = {"Range": f"bytes={file.tell()}-", "If-Range": f'"{etag}"'}
    try:
        with client.open("GET", source, headers=headers) as response:
            return _receive(response, file, part, target) if response.status == 206 else None
    except Refused as refused:
        if refused.status == 416:  # nothing comes after what is there
            return None
        raise


def _receive(response: http.client.HTTPResponse, file: IO[bytes], part: Path, target: Path) -> int:
    """Add what comes to a part, and put the whole in its place; return its size."""
    done = file.tell()
    total = None if response.length is None else done + response.length
    try:
        with Progress(target.name, total, done) as progress:
            for piece in progress.over(pieces(response)):
                file.write(piece)
        file.flush()
        part.replace(target)
        return file.tell()
    except BaseException as error:
        if file.tell() < WORTH:
            part.unlink(missing_ok=True)
        elif isinstance(error, Interrupted):
            raise MoonhopError(f"{error}: it goes on where it was") from None
        raise
