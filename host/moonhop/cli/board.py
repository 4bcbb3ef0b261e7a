"""``moonhop board``: the kinds of boards that moonhop knows, and the firmware kept for them."""

import argparse
from dataclasses import asdict

from moonhop.cli import OK
from moonhop.cli.output import print_json, print_table
from moonhop.cli.running import common

EXAMPLE = "moonhop board list --json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the acts with their arguments."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    common(acts.add_parser("list", help="list the kinds of boards"), below=True)


def run(options: argparse.Namespace) -> int:
    """Print the boards."""
    from moonhop.boards.catalog import load_boards

    boards = load_boards()
    if options.json:
        print_json([asdict(board) for board in boards])
        return OK
    rows = [
        (
            board.name,
            board.chip,
            board.flash or "-",
            board.heap,
            f"{board.float_bits}",
            board.mpy_arch or "-",
            f"{board.firmware.file} from {board.firmware.minimum}" if board.firmware else "-",
        )
        for board in boards
    ]
    print_table(("BOARD", "CHIP", "FLASH", "HEAP", "FLOAT", "MPY", "FIRMWARE"), rows)
    return OK
