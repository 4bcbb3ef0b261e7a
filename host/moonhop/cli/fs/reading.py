"""``cat`` and ``get``: from the fleet to this machine."""

import argparse
import sys
from pathlib import Path
from shlex import quote
from typing import IO, TYPE_CHECKING, Any

from moonhop.cli.acts import add_act, at_least_1
from moonhop.cli.client import Client, Refused, file_path, pieces, tree_path
from moonhop.cli.fs.local import told_of_ours
from moonhop.cli.fs.parts import fetch
from moonhop.cli.fs.tree import entries, last_name
from moonhop.cli.progress import Progress
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the acts."""
    cat = add_act(acts, "cat", "print files", "data/x.csv --version 2", _cat)
    cat.add_argument("paths", metavar="PATH", nargs="+")
    what = "copy a file from the fleet; one that broke off goes on where it was"
    get = add_act(acts, "get", what, "data/x.csv", _get)
    get.add_argument("path", metavar="PATH")
    help = "a name, or a folder to go into (default: here); - is standard output"
    get.add_argument("to", metavar="TO", nargs="?", help=help, default=".")
    get.add_argument("-r", "--recursive", action="store_true", help="a folder with all in it")
    for act in (cat, get):
        act.add_argument("--version", metavar="N", type=at_least_1, help="as it was in version N")


def _cat(client: Client, options: argparse.Namespace) -> None:
    for path in options.paths:
        try:
            _stream(client, path, sys.stdout.buffer, options)
        except Refused as refused:
            hint = f"see what is in it: moonhop fs ls {quote(path)}"
            raise _if_folder(refused, path, hint) from None


def _get(client: Client, options: argparse.Namespace) -> Any:
    path, to = options.path, Path(options.to)
    try:
        if options.recursive:
            there = client.get(tree_path("stat", path=path))
            if there["kind"] == "folder":
                return _get_folder(client, there, to, options)
        if options.to == "-":
            _stream(client, path, sys.stdout.buffer, options)
            return None
        return _get_file(client, path, to / last_name(path) if to.is_dir() else to, options)
    except Refused as refused:
        hint = f"get it whole: moonhop fs get -r {quote(path)}"
        raise _if_folder(refused, path, hint) from None


def _get_folder(client: Client, folder: Any, to: Path, options: argparse.Namespace) -> Any:
    if options.to == "-":
        raise MoonhopError("a folder does not go to standard output; name a folder to put it in")
    if options.version is not None:
        raise MoonhopError("a version is one file's; get it without -r")
    path, top = folder["path"], to / folder["name"] if to.is_dir() else to
    _make(top)
    got = []
    for entry in entries(client, path, deep=True):
        place = top / (entry["path"][len(path) + 1 :] if path else entry["path"])
        if entry["kind"] == "folder":
            _make(place)
        else:
            got.append(_get_file(client, entry["path"], place, options))
    return got


def _get_file(client: Client, path: str, target: Path, options: argparse.Namespace) -> Any:
    if target.exists() and not target.is_file() and not target.is_dir():  # a device or a pipe
        with told_of_ours("write", target), target.open("wb") as file:
            size = _stream(client, path, file, options)
    else:
        size = fetch(client, file_path(path, options.version), target)
    if not options.json:
        print(f"{target}: {size} bytes")
    return {"path": path, "file": str(target), "size": size}


def _stream(client: Client, path: str, to: IO[bytes], options: argparse.Namespace) -> int:
    """Write a file's content as it comes; return its size in bytes."""
    with (
        client.open("GET", file_path(path, options.version)) as response,
        Progress(path, response.length, typed=to.isatty()) as progress,
    ):
        return sum(to.write(piece) for piece in progress.over(pieces(response)))


def _make(folder: Path) -> None:
    with told_of_ours("make", folder):
        folder.mkdir(exist_ok=True)


def _if_folder(refused: Refused, path: str, hint: str) -> MoonhopError:
    """Return an error that says what else to do, if it is because the path is a folder."""
    folder = refused.status == 409
    return MoonhopError(f"{path!r} is a folder; {hint}") if folder else refused
