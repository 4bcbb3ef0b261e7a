"""Writes MicroPython onto a board through esptool."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonhop.boards.catalog import Board, load_boards, size_in_bytes
from moonhop.boards.esptool_commands import esptool_commands
from moonhop.boards.firmware_files import FirmwareFile, find_firmware, read_firmware
from moonhop.boards.ports import check_port, unopened
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.boards.esptool_log import EsptoolLog

FIRST_BAUD = 115200  # what a chip's ROM begins with
BEFORE = ("default-reset", "usb-reset", "no-reset", "no-reset-no-sync")
AFTER = ("hard-reset", "soft-reset", "watchdog-reset", "no-reset")


@dataclass(frozen=True)
class Wish:
    """How to flash: ``board`` and ``firmware`` None: moonhop's by the chip, the newest that is
    kept."""

    port: str
    board: Board | None = None
    firmware: Path | None = None
    before: str = "default-reset"
    after: str = "hard-reset"
    baud: int = 460800
    stub: bool = True
    erase: bool = True
    attempts: int = 7  # to reach the chip


@dataclass(frozen=True)
class Flashed:
    """What was done."""

    port: str
    board: str
    chip: str
    mac: str
    firmware: str
    version: str
    bytes: int


def flash(wish: Wish, tell: Callable[[str], None]) -> Flashed:
    """Detect the chip, check that the firmware fits, erase, write, verify and reset.

    ``tell`` gets a line for each step. Nothing is erased before all is checked. Raises MoonhopError
    that says what to do next.
    """
    cmds = esptool_commands()
    check_port(wish.port)
    board = wish.board
    firmware = _firmware(wish, board) if board else None  # tells what is wrong before any reset
    with _told(wish.port) as log, _connected(wish) as esp:
        chip = str(esp.CHIP_NAME).lower().replace("-", "")
        mac = ":".join(f"{part:02x}" for part in esp.read_mac("BASE_MAC"))
        tell(f"chip      {esp.CHIP_NAME} at {wish.port}, {mac}")
        board = board or _board_with(chip)
        if board.chip != chip:
            raise MoonhopError(
                f"the chip at {wish.port} is {chip}, the board {board.name} has {board.chip};"
                " name another --board, or another --port"
            )
        firmware = firmware or _firmware(wish, board)
        tell(f"firmware  {firmware.path.name}, MicroPython {firmware.version} for {board.name}")
        if wish.stub:
            esp = cmds.run_stub(esp)
        if wish.baud != FIRST_BAUD:
            esp.change_baud(wish.baud)
        cmds.attach_flash(esp)
        size = _flash_size(firmware, cmds.detect_flash_size(esp))
        if wish.erase:
            if wish.stub:
                cmds.erase_flash(esp)
            else:  # the ROM erases no flash as a whole
                cmds.erase_region(esp, 0, size or size_in_bytes(board.flash))
            tell("erased")
        log.doing = "writing"
        cmds.write_flash(esp, [(firmware.offset, firmware.data)])
        log.clear()
        tell(f"written   {len(firmware.data)} bytes at {firmware.offset:#x}")
        cmds.verify_flash(esp, [(firmware.offset, firmware.data)])
        tell("verified")
        cmds.reset_chip(esp, wish.after)
    name = firmware.path.name
    return Flashed(wish.port, board.name, chip, mac, name, firmware.version, len(firmware.data))


def _firmware(wish: Wish, board: Board) -> FirmwareFile:
    return read_firmware(wish.firmware or find_firmware(board), board)


def _board_with(chip: str) -> Board:
    """Return the plain board of a chip, which is named like it."""
    for board in load_boards():
        if board.name == chip:
            return board
    known = ", ".join(board.name for board in load_boards() if board.firmware)
    raise MoonhopError(f"no board with the chip {chip} is known; known boards: {known}")


def _flash_size(firmware: FirmwareFile, found: str | None) -> int | None:
    """Return the size of flash in bytes if esptool has found it ("4MB"); refuse a firmware that
    takes more."""
    if found is None:
        return None
    size = int(found[:-2]) << {"KB": 10, "MB": 20}[found[-2:]]
    if firmware.flash > size:
        raise MoonhopError(
            f"{firmware.path} needs {firmware.flash >> 20} MB of flash, this chip has {found};"
            " take a firmware for less flash"
        )
    return size


@contextlib.contextmanager
def _connected(wish: Wish) -> Iterator[Any]:
    """Open the port and reach the chip's boot loader; close the port in the end."""
    from esptool import cmds
    from esptool.util import FatalError

    try:
        esp = cmds.detect_chip(wish.port, FIRST_BAUD, wish.before, connect_attempts=wish.attempts)
    except (FatalError, OSError) as error:
        if isinstance(error, FatalError) and str(error).startswith("Failed to connect"):
            raise MoonhopError(
                f"no chip answers at {wish.port}; hold BOOT, press RESET, let BOOT go and try"
                " again, with --before no-reset; else check cable and port"
            ) from None
        raise unopened(wish.port, error) or _other(wish.port, error) from None
    with esp:
        yield esp


@contextlib.contextmanager
def _told(port: str) -> "Iterator[EsptoolLog]":
    """Have esptool tell moonhop's log, and translate what it raises."""
    from esptool.logger import EsptoolLogger
    from esptool.util import FatalError

    from moonhop.boards.esptool_log import EsptoolLog

    ours = EsptoolLog()
    EsptoolLogger().set_logger(ours)
    try:
        yield ours
    except (FatalError, OSError) as error:
        raise unopened(port, error) or _other(port, error) from None
    finally:
        ours.clear()
        EsptoolLogger().set_logger(EsptoolLogger())


def _other(port: str, error: BaseException) -> MoonhopError:
    """Return what esptool says went wrong amid the work, as one line."""
    said = " ".join(str(error).split())
    return MoonhopError(
        f"flashing at {port} broke off: {said}; try again with --baud {FIRST_BAUD}, then with"
        " --no-stub, then another cable"
    )
