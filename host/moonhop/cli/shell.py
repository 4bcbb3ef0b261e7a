"""``moonhop shell``: evaluate Lua in a running process, or in one of its own on a node; or talk
with the MicroPython of a board at a serial port."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from urllib.parse import quote

from moonhop.cli import FAILED, OK, context
from moonhop.cli.acting import process_path
from moonhop.cli.client import Client, Refused
from moonhop.cli.evaluating import Evaluator
from moonhop.cli.ports import is_port
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop shell p1 -e 'count = 0' -e 'return process.id, count'"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "target",
        metavar="PID|NODE|PORT",
        help="a process; a node, for a process that lives as long as the shell; or a serial port,"
        " for the MicroPython prompt of the board there (Ctrl-] leaves)",
    )
    parser.add_argument(
        "-e",
        dest="chunks",
        action="append",
        metavar="CODE",
        help="evaluate this, may be given again; the exit code is 1 after an error. Without -e:"
        " what is typed, or one chunk from standard input",
    )


def run(options: argparse.Namespace) -> int:
    """Evaluate what is given, or what is typed until Ctrl-D."""
    if is_port(options.target):
        return _micropython(options.target, options.chunks)
    client = context.client(options)
    with _process(client, options.target) as (pid, node):
        evaluator = Evaluator(client, pid, options.json)
        chunks = options.chunks
        if chunks is None and not sys.stdin.isatty():
            chunks = [_standard_input()]
        if chunks is not None:
            return OK if all(map(evaluator.evaluate, chunks)) else FAILED
        from moonhop.cli.terminal import converse

        print(f"moonhop: process {pid} on {node}; Ctrl-D leaves", file=sys.stderr)
        converse(evaluator, context.state(options).path("shell.history"))
        return OK


@contextlib.contextmanager
def _process(client: Client, target: str) -> Iterator[tuple[str, str]]:
    """Give the process that is meant and its node; one for the shell alone is ended afterwards."""
    try:
        process = client.get(process_path(target))
    except Refused as refused:
        if refused.status != 404:
            raise
        nodes = [node["id"] for node in client.get("/api/nodes")]
        if target not in nodes:
            raise MoonhopError(
                f"there is no process and no node {target!r}; nodes: {', '.join(nodes) or 'none'};"
                " see processes with: moonhop ps"
            ) from None
    else:
        yield target, process["node"] or "no node"
        return
    with client.stream("POST", f"/api/nodes/{quote(target, safe='')}/shell", {}) as events:
        opened = next(events)[1]
        yield opened["pid"], opened["node"]


def _standard_input() -> str:
    data = sys.stdin.buffer.read()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MoonhopError(
            f"standard input is no UTF-8 text: byte {data[error.start]} at {error.start}; write"
            f" such bytes as \\{data[error.start]} in Lua"
        ) from None


def _micropython(port: str, chunks: list[str] | None) -> int:
    """Be at the prompt of the MicroPython at a port."""
    if chunks is not None:
        raise MoonhopError(
            "a port has a MicroPython prompt, and -e takes Lua; name the board's node instead,"
            " or run: mpremote connect PORT exec CODE"
        )
    from moonhop.cli.prompt import converse

    asyncio.run(converse(port))
    return OK
