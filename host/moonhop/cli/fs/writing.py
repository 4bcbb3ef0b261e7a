"""``put`` and ``append``: from this machine to the fleet."""

import argparse
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from moonhop.cli.client import PIECE, Client, file_path
from moonhop.cli.fs.acts import add_act
from moonhop.cli.fs.progress import Progress
from moonhop.cli.fs.tree import landing
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.fs.acts import Acts

APPENDED = 1 << 20  # bytes appended at once


def configure(acts: "Acts") -> None:
    """Add the acts."""
    put = add_act(acts, "put", "copy a file to the fleet", "readings.csv data/", _put)
    put.add_argument("file", metavar="FILE", help="- is standard input")
    put.add_argument("path", metavar="PATH", help="a name, or a folder to go into")
    put.add_argument("-r", "--recursive", action="store_true", help="a folder with all in it")
    what = "add what a file has to the end of one of the fleet, whole lines at a time"
    append = add_act(acts, "append", what, "- logs/door.log", _append)
    append.add_argument("file", metavar="FILE", help="- is standard input, as it comes")
    append.add_argument("path", metavar="PATH")


def _put(client: Client, options: argparse.Namespace) -> Any:
    source = Path(options.file)
    if options.file == "-":
        return _put_file(client, options.file, options.path, options)
    if not source.is_dir():
        target = landing(client, options.path, source.name)
        return _put_file(client, options.file, target, options)
    if not options.recursive:
        raise MoonhopError(f"{options.file!r} is a folder; copy it with: moonhop fs put -r")
    top = landing(client, options.path, source.resolve().name)
    sent = []
    for folder, folders, files in os.walk(source, onerror=_unreadable):
        folders.sort()
        below = [top.rstrip("/"), *Path(folder).relative_to(source).parts]
        client.post("/fs/mkdir", {"path": "/".join(below)})
        for name in sorted(files):
            file = os.path.join(folder, name)
            sent.append(_put_file(client, file, "/".join([*below, name]), options))
    return sent


def _put_file(client: Client, name: str, path: str, options: argparse.Namespace) -> Any:
    with _opened(name) as file:
        size = _size(file, name)
        with _progress(name, size) as progress:
            pieces = _pieces(file, name, size)
            entry = client.put(file_path(path), progress.over(pieces), size)
    _tell(entry, options)
    return entry


def _pieces(file: IO[bytes], name: str, size: int | None) -> Iterator[bytes]:
    """Give what a file has: exactly ``size`` bytes, if that is known."""
    left = sys.maxsize if size is None else size
    while left and (piece := _read(file.read, min(PIECE, left), name)):
        left -= len(piece)
        yield piece
    if left and size is not None:
        raise MoonhopError(f"{name!r} became shorter while it was read; try again")


def _append(client: Client, options: argparse.Namespace) -> Any:
    entry = None
    name = options.file
    with _opened(name) as file, _progress(name, _size(file, name)) as progress:
        for piece in progress.over(_lines(file, name)):
            entry = client.append(file_path(options.path), piece)
    if entry is not None:
        _tell(entry, options)
    return entry


def _lines(file: IO[bytes], name: str) -> Iterator[bytes]:
    """Give whole lines, as many at once as one append may have, or as have come; a line that is too
    long in parts, and what has no end of line at the end."""
    comes = name == "-"
    read: Callable[[int], bytes] = file.read1 if comes else file.read  # type: ignore[attr-defined]
    rest = b""
    while piece := _read(read, APPENDED - len(rest), name):
        rest += piece
        if comes or len(rest) == APPENDED:
            cut = rest.rfind(b"\n") + 1 or (len(rest) if len(rest) == APPENDED else 0)
            if cut:
                yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _tell(entry: Any, options: argparse.Namespace) -> None:
    if not options.json:
        print(f"{entry['path']}: {entry['size']} bytes", flush=True)


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
        return
    with _as_ours(name):
        file = Path(name).open("rb")  # noqa: SIM115 - what goes wrong later is another thing
    with file:
        yield file


def _progress(name: str, size: int | None) -> Progress:
    return Progress(name, size, typed=name == "-" and sys.stdin.isatty())


def _size(file: IO[bytes], name: str) -> int | None:
    """Return how many bytes will come of a file; None if that is not known."""
    about = os.fstat(file.fileno())
    return about.st_size if stat.S_ISREG(about.st_mode) and name != "-" else None


def _read(read: Callable[[int], bytes], size: int, name: str) -> bytes:
    with _as_ours(name):
        return read(size)


@contextmanager
def _as_ours(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MoonhopError(f"cannot read {name!r}: {error.strerror}") from None


def _unreadable(error: OSError) -> None:
    with _as_ours(error.filename):
        raise error
