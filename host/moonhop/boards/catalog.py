"""The boards that moonhop knows: one TOML file each in `boards/`, checked when it is read."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moonhop.resources import folder
from moonhop_core.errors import MoonhopError

HEAP = re.compile(r"[1-9]\d*[KM]")


@dataclass(frozen=True)
class Firmware:
    """Which MicroPython a board takes: a pattern of its file's name, the least version, and the
    place in flash (bytes)."""

    file: str
    minimum: str
    offset: int


@dataclass(frozen=True)
class Board:
    """A kind of board.

    chip        as esptool names it; "unix": MicroPython on this machine
    heap        what MicroPython has free for moonhop, as its -X heapsize is written ("192K")
    float_bits  32 or 64
    mpy_arch    native architecture of .mpy files; "": bytecode only
    pins        numbers by name
    """

    name: str
    chip: str
    heap: str
    float_bits: int
    mpy_arch: str
    firmware: Firmware | None = None
    pins: dict[str, int] = field(default_factory=dict)


def board_names() -> list[str]:
    """Return the names of the boards there are."""
    return sorted(path.stem for path in folder("boards").glob("*.toml"))


def load_board(name: str) -> Board:
    """Return a board by name. Raises MoonhopError for an unknown one or a faulty file."""
    if name not in board_names():
        raise MoonhopError(f"there is no board '{name}'; known boards: {', '.join(board_names())}")
    return read_board(folder("boards") / f"{name}.toml")


def read_board(path: Path) -> Board:
    """Return the board in a file. Raises MoonhopError that names the file and the key at fault."""
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        firmware = data.pop("firmware", None)
        board = Board(**data, firmware=None if firmware is None else Firmware(**firmware))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        # a wrong key comes out as a TypeError that names it
        raise MoonhopError(f"{path}: {str(error).removeprefix('Board.__init__() ')}") from None
    if board.name != path.stem:
        raise MoonhopError(f"{path}: name is {board.name!r}; it must be the file's, {path.stem!r}")
    if not HEAP.fullmatch(board.heap):
        raise MoonhopError(f"{path}: heap is {board.heap!r}; write it like 192K or 4M")
    if board.float_bits not in (32, 64):
        raise MoonhopError(f"{path}: float_bits is {board.float_bits}; it is 32 or 64")
    return board
