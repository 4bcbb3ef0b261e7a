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
    fetch = acts.add_parser("fetch", help="download a firmware and keep it for `moonhop flash`")
    fetch.add_argument("url", metavar="URL", help="where it is, as http:// or https://")
    fetch.add_argument(
        "--sha256", required=True, metavar="HASH", help="its SHA-256; another one is refused"
    )
    common(fetch, below=True)


def run(options: argparse.Namespace) -> int:
    """List or fetch."""
    return _fetch(options) if options.act == "fetch" else _list(options)


def _fetch(options: argparse.Namespace) -> int:
    from moonhop.boards.firmware_files import fetch_firmware

    path = fetch_firmware(options.url, options.sha256)
    print_json({"firmware": str(path)}) if options.json else print(path)
    return OK


def _list(options: argparse.Namespace) -> int:
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
