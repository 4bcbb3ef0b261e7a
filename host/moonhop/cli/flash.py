"""``moonhop flash``: write MicroPython onto a board."""

import argparse
from dataclasses import asdict
from pathlib import Path

from moonhop.cli import OK
from moonhop.cli.output import print_json

EXAMPLE = "moonhop flash --port /dev/ttyUSB0 --firmware ESP32_GENERIC-20250415-v1.25.0.bin"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    from moonhop.boards.flashing import AFTER, BEFORE, Wish

    default = Wish("")
    parser.add_argument(
        "--port", help="the board's port, also socket://HOST:PORT or rfc2217://HOST:PORT"
    )
    parser.add_argument("--board", metavar="NAME", help="see moonhop board list (default: by chip)")
    parser.add_argument(
        "--firmware",
        type=Path,
        metavar="FILE",
        help="MicroPython's .bin (default: the newest that moonhop board fetch has kept)",
    )
    parser.add_argument("--before", choices=BEFORE, default=default.before)
    parser.add_argument("--after", choices=AFTER, default=default.after)
    parser.add_argument("--baud", type=int, default=default.baud, help="default: %(default)s")
    parser.add_argument("--no-stub", action="store_true", help="use only what is in the chip's ROM")
    parser.add_argument("--no-erase", action="store_true", help="keep the board's files")
    parser.add_argument(
        "--attempts", type=int, default=default.attempts, help="to reach the chip (%(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Flash and tell each step."""
    from moonhop.boards.flashing import Wish, flash
    from moonhop.boards.ports import choose_port, find_ports

    wish = Wish(
        options.port or choose_port(find_ports()),
        options.board,
        options.firmware,
        options.before,
        options.after,
        options.baud,
        not options.no_stub,
        not options.no_erase,
        options.attempts,
    )
    done = flash(wish, (lambda _: None) if options.json else _print)
    if options.json:
        print_json(asdict(done))
    else:
        print(f"ready     MicroPython {done.version} is on the {done.board} at {done.port}")
    return OK


def _print(line: str) -> None:
    print(line, flush=True)
