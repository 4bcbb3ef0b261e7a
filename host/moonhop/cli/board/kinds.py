"""``list`` and ``fetch``: the kinds of boards that moonhop knows, and firmware kept for them."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from moonhop.cli import context
from moonhop.cli.acts import add_act
from moonhop.cli.output import print_table

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the acts."""
    add_act(acts, "list", "list the kinds of boards", "--json", _list)
    what = "download a firmware and keep it for `moonhop flash`"
    fetch = add_act(acts, "fetch", what, "https://…/ESP32_GENERIC-….bin --sha256 …", _fetch)
    fetch.add_argument("url", metavar="URL", help="where it is, as http:// or https://")
    fetch.add_argument(
        "--sha256", required=True, metavar="HASH", help="its SHA-256; another one is refused"
    )


def add_board(parser: argparse.ArgumentParser, otherwise: str, *, required: bool = False) -> None:
    """Add the option that names a board's kind; ``otherwise``: what it is without."""
    parser.add_argument(
        "--board",
        metavar="KIND",
        required=required,
        help=f"a name that moonhop board list shows, or a file as ./shed.toml ({otherwise})",
    )


def _fetch(options: argparse.Namespace) -> Any:
    from moonhop.boards.firmware_files import fetch_firmware

    path = fetch_firmware(options.url, options.sha256)
    if options.json:
        return {"firmware": str(path)}
    print(path)
    return None


def _list(options: argparse.Namespace) -> Any:
    boards = context.boards(options)[0].load_all()
    if options.json:
        return [asdict(board) for board in boards]
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
    return None
