"""``moonhop flash``: write MicroPython onto a board, then make it a node of the fleet."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonhop.cli import OK
from moonhop.cli.numbers import positive
from moonhop.cli.output import print_json
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from collections.abc import Callable

    from moonhop.boards.catalog import Catalog
    from moonhop.boards.flashing import Flashed

EXAMPLE = "moonhop flash --port /dev/ttyUSB0 --wifi shed --name shed-1"
BACK = 20.0  # seconds for a port to come back, and the board to make its file system


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    from moonhop.boards.flashing import AFTER, BEFORE, Wish
    from moonhop.cli.board.deploying import add_wait
    from moonhop.cli.board.joining import add_joining
    from moonhop.cli.board.kinds import add_board

    default = Wish("")
    parser.add_argument(
        "--port", help="the board's port, also socket://HOST:PORT or rfc2217://HOST:PORT"
    )
    add_board(parser, "default: by chip")
    parser.add_argument(
        "--firmware",
        type=Path,
        metavar="FILE",
        help="MicroPython's .bin (default: the newest that moonhop board fetch has kept)",
    )
    parser.add_argument("--before", choices=BEFORE, default=default.before)
    parser.add_argument("--after", choices=AFTER, default=default.after)
    parser.add_argument("--baud", type=positive, default=default.baud, help="default: %(default)s")
    parser.add_argument("--no-stub", action="store_true", help="use only what is in the chip's ROM")
    parser.add_argument("--no-erase", action="store_true", help="keep the board's files")
    parser.add_argument(
        "--attempts",
        type=positive,
        default=default.attempts,
        help="to reach the chip (default: %(default)s)",
    )
    parser.add_argument(
        "--no-deploy", action="store_true", help="only write MicroPython: it becomes no node"
    )
    add_joining(parser, "its node's id (default: by kind and chip)")
    add_wait(parser)


def run(options: argparse.Namespace) -> int:
    """Flash, deploy, and tell each step."""
    from moonhop.boards.flashing import Wish, flash
    from moonhop.boards.ports import choose_port, find_ports
    from moonhop.cli import context
    from moonhop.cli.board.deploying import step

    boards, kind = context.boards(options)
    board = boards.load(kind) if kind else None
    deploy = None if options.no_deploy else _deployment(options, boards)  # tells what is missing
    wish = Wish(
        options.port or choose_port(find_ports()),
        board,
        options.firmware,
        options.before,
        options.after,
        options.baud,
        not options.no_stub,
        not options.no_erase,
        options.attempts,
    )
    done = flash(wish, step(options))
    if not options.json:
        print(f"ready     MicroPython {done.version} is on the {done.board} at {done.port}")
    joined = deploy(done) if deploy else None
    if options.json:
        print_json({**asdict(done), **(joined or {})})
    return OK


def _deployment(
    options: argparse.Namespace, boards: "Catalog"
) -> "Callable[[Flashed], dict[str, Any] | None]":
    """Return what makes the board a node afterwards. Raises MoonhopError if that cannot be."""
    from moonhop.boards.configuration import need_wifi, way_to
    from moonhop.boards.joining import join
    from moonhop.cli import context
    from moonhop.cli.board.deploying import step, tell_joined
    from moonhop.cli.board.joining import shown_progress, wish_of

    wish = wish_of(options)
    try:
        host = context.client(options)
        way_to(host.address, wish.host, wish.bridge)
    except MoonhopError as error:
        raise MoonhopError(f"{error}; or only write MicroPython, with --no-deploy") from None
    if not options.no_erase:
        need_wifi(wish)

    def deploy(done: "Flashed") -> "dict[str, Any] | None":
        joined = join(
            done.port,
            host,
            wish,
            step(options),
            shown_progress,
            kind=done.board,
            boards=boards,
            patience=BACK,
            wait=options.wait,
        )
        told: dict[str, Any] | None = tell_joined(joined, options)
        return told

    return deploy
