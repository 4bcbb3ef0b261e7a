"""Finds a firmware for a board, and refuses one that does not fit it."""

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from moonhop.boards.catalog import Board, Firmware, load_boards, size_in_bytes
from moonhop.boards.image import Image, ImageError, partitions, read_application, read_image
from moonhop.boards.packages import cache_folder, write_at_once
from moonhop.boards.schema import CHIPS, version_of
from moonhop_core.errors import MoonhopError

PROJECT = "micropython"  # what MicroPython's application says that it is
TIMEOUT = 30.0  # seconds for a server to go on sending
FETCH = "moonhop board fetch URL --sha256 HASH"


@dataclass(frozen=True)
class FirmwareFile:
    """A firmware that fits a board: its bytes, where they go, and MicroPython's version."""

    path: Path
    data: bytes
    offset: int
    version: str
    flash: int  # bytes of flash that its partitions take


def firmware_folder() -> Path:
    """Return the folder where fetched firmware is kept."""
    return cache_folder() / "firmware"


def find_firmware(board: Board, kept: Path | None = None) -> Path:
    """Return the newest firmware for a board that is kept. Raises MoonhopError if there is none."""
    place = firmware_folder() if kept is None else kept
    wants = _wants(board)
    found = [path for path in place.glob("*.bin") if fnmatch(path.name, wants.file)]
    if not found:
        raise MoonhopError(
            f"no firmware for {board.name} ({wants.file}) in {place};"
            f" give one with --firmware FILE, or keep one with: {FETCH}"
        )
    return max(found, key=lambda path: (version_of(_behind_date(path.name)) or (0, 0, 0), path))


def read_firmware(path: Path, board: Board) -> FirmwareFile:
    """Return a firmware that was checked whole: images, chip, version, name, room in flash.

    Raises MoonhopError if it is damaged or not for this board; the message says what to do.
    """
    wants = _wants(board)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MoonhopError(f"cannot read {path}: {error.strerror}") from None
    try:
        loader = read_image(data)
        _check_chip(path, loader, board)
        if loader.name:
            raise MoonhopError(
                f"{path} is an application alone; take the whole firmware, {wants.file}"
            )
        application = read_application(data, wants.offset)
    except ImageError as error:
        raise MoonhopError(
            f"{path} is no firmware for {board.name}, or damaged: {error}; fetch it again"
        ) from None
    _check_chip(path, application, board)
    if application.name != PROJECT:
        raise MoonhopError(
            f"{path} is {application.name or 'something without a name'}, not MicroPython;"
            f" take {wants.file} from MicroPython's downloads"
        )
    version = application.version if version_of(application.version) else _behind_date(path.name)
    _check_version(path, version, wants)
    _check_name(path, board)
    needed = max(part.offset + part.size for part in partitions(data, wants.offset))
    if needed > size_in_bytes(board.flash):
        raise MoonhopError(
            f"{path} needs {needed >> 20} MB of flash, {board.name} has {board.flash}B;"
            " take a firmware for less flash, or another --board"
        )
    return FirmwareFile(path, data, wants.offset, version, needed)


def fetch_firmware(url: str, sha256: str, kept: Path | None = None) -> Path:
    """Download a firmware and keep it if it has this SHA-256 (hex digits); return its path.

    Raises MoonhopError if it does not, or does not come.
    """
    import httpx

    name = PurePosixPath(unquote(urlsplit(url).path)).name
    if not name.endswith(".bin"):
        raise MoonhopError(f"{url} does not end in a firmware's name, something.bin")
    try:
        response = httpx.get(url, follow_redirects=True, timeout=TIMEOUT)
        response.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error).partition("\n")[0]
        raise MoonhopError(f"cannot fetch {url} ({reason}); check the address") from None
    found = hashlib.sha256(response.content).hexdigest()
    if found != sha256.lower():
        raise MoonhopError(
            f"{url} has SHA-256 {found}, not the one given; it is not kept: check both"
        )
    path = (firmware_folder() if kept is None else kept) / name
    write_at_once(path, response.content)
    return path


def _wants(board: Board) -> Firmware:
    if board.firmware is None:
        raise MoonhopError(f"{board.name} takes no firmware: it is this machine's MicroPython")
    return board.firmware


def _behind_date(name: str) -> str:
    """Return the version in a file's name such as ESP32_GENERIC-20241025-v1.24.0.bin, or ""."""
    at = name.rfind("-v")
    return name[at + 1 :].removesuffix(".bin") if at >= 0 else ""


def _check_chip(path: Path, image: Image, board: Board) -> None:
    if image.chip_id != CHIPS[board.chip]:
        names = {number: chip for chip, number in CHIPS.items() if number is not None}
        chip = names.get(image.chip_id, f"chip number {image.chip_id}")
        raise MoonhopError(
            f"{path} is for {chip}, the board {board.name} has {board.chip};"
            f" take {_wants(board).file}, or name the board with --board"
        )


def _check_version(path: Path, version: str, wants: Firmware) -> None:
    has = version_of(version)
    least = version_of(wants.minimum)
    if has is None:
        raise MoonhopError(f"{path} does not tell MicroPython's version; take {wants.file}")
    if least and has < least:
        raise MoonhopError(
            f"{path} is MicroPython {version}; take {wants.minimum} or newer, {wants.file}"
        )


def _check_name(path: Path, board: Board) -> None:
    """Refuse what is for another board of the same chip, as its name tells: the image does not."""
    if fnmatch(path.name, _wants(board).file):
        return
    for other in load_boards():
        if other.firmware and fnmatch(path.name, other.firmware.file):
            raise MoonhopError(
                f"{path} is for the board {other.name}, as its name says; take"
                f" {_wants(board).file}, or --board {other.name} if that is the one"
            )
