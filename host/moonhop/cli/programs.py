"""Program files on the person's own disk, and the modules that go with them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from moonhop.cli import context
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.client import Client
    from moonhop.programs.linking import Find


def read_program(path: str) -> bytes:
    """Return a program's text. Raises MoonhopError if it cannot be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise MoonhopError(f"there is no program file {path!r}; check the path") from None
    except OSError as error:
        raise MoonhopError(f"cannot read {path!r}: {error.strerror}") from None


def add_program(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a verb that runs a program here: its file, what is for the program, and
    the things around it."""
    parser.add_argument(
        "--things", metavar="FILE", help="TOML file of sensors and actuators (docs/things.md)"
    )
    parser.add_argument("file", metavar="FILE", help="the Lua program")
    rest = parser.add_argument(
        "args", nargs=argparse.REMAINDER, metavar="ARGS", help="for the program: all that follow"
    )
    rest.required = False  # argparse would name it among what is missing


def program_args(options: argparse.Namespace) -> list[str]:
    """Return what is for the program; a ``--`` in front of it is not."""
    args: list[str] = options.args
    return args[1:] if args[:1] == ["--"] else args


def finder(path: str, options: argparse.Namespace) -> "Find":
    """Return what finds a program's modules: beside its file, then in the fleet's file server if
    the fleet is up."""
    from moonhop.cli.client import Refused, file_path
    from moonhop.programs.linking import beside

    near = beside(Path(path).parent)
    clients: list[Client | None] = []

    def find(place: str) -> bytes | None:
        if not place.startswith("/"):
            return near(place)
        if not clients:
            clients.append(reachable(options))
        if clients[0] is None:
            return None
        try:
            with clients[0].open("GET", file_path(place)) as response:
                return response.read()
        except Refused as refused:
            if refused.status in (404, 409):  # nothing there, or a folder
                return None
            raise

    return find


def send_program(path: str, options: argparse.Namespace) -> Any:
    """Link a program with its modules and have the host keep it; return what the host says of it,
    with ``hash`` and ``manifest``. Raises MoonhopError."""
    from moonhop.engines.deep import run_deep
    from moonhop.programs.linking import link

    source = read_program(path).decode("latin-1")
    name = Path(path).name
    text = run_deep(lambda: link(source, name, finder(path, options)))
    return context.client(options).put(f"/programs/{quote(name, safe='')}", text.encode("latin-1"))


def reachable(options: argparse.Namespace) -> "Client | None":
    """Return a connection to the fleet's host, None if there is none running."""
    try:
        client = context.client(options)
        client.get("/api/nodes")
    except MoonhopError:
        return None
    return client
