"""``put`` and ``append``: from this machine to the fleet."""

import argparse
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from moonhop.cli.acts import add_act
from moonhop.cli.client import PIECE, Client, file_path
from moonhop.cli.fs.local import told_of_ours
from moonhop.cli.fs.tree import landing
from moonhop.cli.progress import Progress
from moonhop.files.appends import LARGEST
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


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
        return _put_file(client, options.file, _of_file(options.path), options)
    if not source.is_dir():
        target = landing(client, options.path, source.name)
        return _put_file(client, options.file, target, options)
    if not options.recursive:
        raise MoonhopError(f"{options.file!r} is a folder; copy it with: moonhop fs put -r")
    top = landing(client, options.path, source.resolve().name)
    sent = []
    for folder, folders, files in os.walk(source, onerror=_unreadable, followlinks=True):
        folders.sort()
        below = [top.rstrip("/"), *Path(folder).relative_to(source).parts]
        _check_loops(source, Path(folder), folders)
        client.post("/fs/mkdir", {"path": "/".join(below)})
        for name in sorted(files):
            file = os.path.join(folder, name)
            if os.path.exists(file) and not os.path.isfile(file):
                raise MoonhopError(f"{file!r} is a device, a pipe or a socket; leave it out")
            sent.append(_put_file(client, file, "/".join([*below, name]), options))
    return sent


def _check_loops(top: Path, folder: Path, names: list[str]) -> None:
    """Raise MoonhopError if one of the folders in a folder is a link to one that it is in."""
    above = [folder, *folder.parents]
    inside = [each.resolve() for each in above[: above.index(top) + 1]]
    for link in (folder / name for name in names):
        if link.is_symlink() and any(each.is_relative_to(link.resolve()) for each in inside):
            raise MoonhopError(f"link {str(link)!r} leads to a folder it is in; leave it out")


def _of_file(path: str) -> str:
    """Return a path that is to be a file's."""
    if path.endswith("/"):
        raise MoonhopError(f"{path!r} is a folder's name; add a name for the file")
    return path


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
    entry, name, path = None, options.file, file_path(_of_file(options.path))
    with _opened(name) as file, _progress(name, _size(file, name)) as progress:
        for piece in progress.over(_lines(file, name)):
            entry = client.append(path, piece)
    if entry is not None:
        _tell(entry, options)
    return entry


def _lines(file: IO[bytes], name: str) -> Iterator[bytes]:
    """Give whole lines, as many at once as one append may have, or as have come; a line that is too
    long in parts, and what has no end of line at the end."""
    comes = name == "-"
    read: Callable[[int], bytes] = file.read1 if comes else file.read  # type: ignore[attr-defined]
    rest = b""
    while piece := _read(read, LARGEST - len(rest), name):
        rest += piece
        if comes or len(rest) == LARGEST:
            cut = rest.rfind(b"\n") + 1 or (len(rest) if len(rest) == LARGEST else 0)
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
    with told_of_ours("read", name):
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
    with told_of_ours("read", name):
        return read(size)


def _unreadable(error: OSError) -> None:
    with told_of_ours("read", error.filename):
        raise error
