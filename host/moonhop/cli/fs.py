"""``moonhop fs``: the fleet's files."""

import argparse
import sys
from pathlib import Path
from typing import IO, Any

from moonhop.cli import OK, context
from moonhop.cli.client import Client, file_path, tree_path
from moonhop.cli.output import ago, print_json, print_table
from moonhop.cli.running import common
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop fs put readings.csv data/readings.csv"
PIECE = 1 << 20  # bytes appended at once


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    verbs = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, what, arguments in (
        ("ls", "list a folder", [("path", "?")]),
        ("cat", "print a file", [("path", None)]),
        (
            "get",
            "copy a file from the fleet; - is standard output",
            [("path", None), ("to", "?")],
        ),
        ("put", "copy a file to the fleet; - is standard input", [("file", None), ("path", None)]),
        ("append", "add a file's content; - is standard input", [("file", None), ("path", None)]),
        ("rm", "remove a file or an empty folder", [("path", None)]),
    ):
        act = verbs.add_parser(name, help=what, description=what)
        for argument, count in arguments:
            act.add_argument(argument, metavar=argument.upper(), nargs=count)
        common(act, below=True)


def run(options: argparse.Namespace) -> int:
    """Carry it out."""
    client = context.client(options)
    result = ACTS[options.act](client, options)
    if options.json and result is not None:
        print_json(result)
    return OK


def _list(client: Client, options: argparse.Namespace) -> Any:
    found: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = client.get(tree_path("list", path=options.path or "", after=after))
        found += page["entries"]
        after = page["next"]
    if not options.json:
        rows = [
            (e["name"] + "/" * (e["kind"] == "folder"), e["size"], ago(e["modified"]))
            for e in found
        ]
        print_table(("NAME", "BYTES", "CHANGED"), rows)
    return found


def _cat(client: Client, options: argparse.Namespace) -> None:
    client.download(_file(client, options.path), sys.stdout.buffer)


def _get(client: Client, options: argparse.Namespace) -> Any:
    path = _file(client, options.path)
    name = options.to or Path(options.path).name
    if name == "-":
        client.download(path, sys.stdout.buffer)
        return None
    part = Path(name + ".part")
    try:
        with part.open("wb") as file:
            size = client.download(path, file)
        part.replace(name)
    except OSError as error:
        raise MoonhopError(f"cannot write {name!r}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    if not options.json:
        print(f"{name}: {size} bytes")
    return {"file": name, "size": size}


def _put(client: Client, options: argparse.Namespace) -> Any:
    with _source(options.file) as file:
        entry = client.put(file_path(options.path), file)
    if not options.json:
        print(f"{entry['path']}: {entry['size']} bytes")
    return entry


def _append(client: Client, options: argparse.Namespace) -> Any:
    entry = None
    with _source(options.file) as file:
        while piece := file.read(PIECE):
            entry = client.append(file_path(options.path), piece)
    if entry and not options.json:
        print(f"{entry['path']}: {entry['size']} bytes")
    return entry


def _remove(client: Client, options: argparse.Namespace) -> None:
    client.delete(file_path(options.path))


def _file(client: Client, path: str) -> str:
    """Return a file's path in the API. Raises MoonhopError if it is a folder."""
    if client.get(tree_path("stat", path=path))["kind"] == "folder":
        raise MoonhopError(f"{path!r} is a folder; see what is in it with: moonhop fs ls {path}")
    return file_path(path)


def _source(name: str) -> IO[bytes]:
    if name == "-":
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise MoonhopError(f"cannot read {name!r}: {error.strerror}") from None


ACTS = {
    "ls": _list,
    "cat": _cat,
    "get": _get,
    "put": _put,
    "append": _append,
    "rm": _remove,
}
