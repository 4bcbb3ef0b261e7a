"""``image``: one file with firmware, worker and configuration, for a board that esptool alone
writes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonhop.cli import context
from moonhop.cli.acts import add_act
from moonhop.cli.board.joining import add_joining, wish_of
from moonhop.cli.board.kinds import add_board
from moonhop.sizes import shown
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the act."""
    what = "make one file of firmware, worker and a node's configuration, for one esptool call"
    example = "shed-1.bin --board esp32 --name shed-1 --wifi shed"
    image = add_act(acts, "image", what, example, _image)
    image.add_argument("file", metavar="FILE", type=Path, help="to write; it will hold secrets")
    add_board(image, "has to be given", required=True)
    image.add_argument(
        "--firmware",
        type=Path,
        metavar="BIN",
        help="MicroPython's .bin (default: the newest that moonhop board fetch has kept)",
    )
    add_joining(image, "its node's id, which has to be given: an image is for one board")


def _image(options: argparse.Namespace) -> Any:
    from moonhop.boards.configuration import configuration, need_wifi, way_to
    from moonhop.boards.factory import build_image, files_of, has_umqtt
    from moonhop.boards.firmware_files import find_firmware, read_firmware
    from moonhop.boards.joining import admit
    from moonhop.boards.sets import build_set
    from moonhop.state import write_private

    boards, kind = context.boards(options)
    assert kind
    board = boards.load(kind)
    firmware = read_firmware(options.firmware or find_firmware(board), board)
    wish = wish_of(options)
    if wish.node is None:
        raise MoonhopError("an image is for one board; name its node with --name")
    need_wifi(wish)
    host = context.client(options)
    way = way_to(host.address, wish.host, wish.bridge)
    starting, worker = build_set(umqtt=not has_umqtt(firmware))
    build_image(firmware, board.chip, files_of(starting, worker))  # it fits: only now a credential
    joining = admit(host, wish.node, replace=wish.replace)
    complete = worker.with_config(configuration(joining, way, board.name, wish, {}, boards))
    data = build_image(firmware, board.chip, files_of(starting, complete))
    write_private(options.file, data)
    command = f"esptool --chip {board.chip} write-flash 0 {options.file}"
    if options.json:
        return {
            "file": str(options.file),
            "bytes": len(data),
            "node": wish.node,
            "board": board.name,
            "firmware": firmware.path.name,
            "version": firmware.version,
            "set": complete.name,
            "command": command,
        }
    print(f"image     {shown(len(data))}, MicroPython {firmware.version}, set {complete.name}")
    print(f"write it  {command}")
    print(f"for one board alone: it is node {wish.node}, and the file holds its passwords")
    return None
