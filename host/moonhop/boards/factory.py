"""One file for all of a board's flash: firmware, and a file system with worker and configuration.

The file system is LittleFS as MicroPython makes it on these chips (extmod/vfs_lfsx.c): a cache of
128 bytes, which bounds the files that lie in their folder's own block. It fills the partition "vfs"
of the firmware's table.
"""

import contextlib
import io
from typing import Any

from moonhop.boards.esptool_commands import esptool_commands
from moonhop.boards.firmware_files import FirmwareFile
from moonhop.boards.image import Partition, partitions
from moonhop.boards.sets import STATE, BoardSet
from moonhop_core.errors import MoonhopError

VFS = "vfs"  # the name of the partition with the file system
BLOCK = 4096  # bytes, of flash that is erased at once
READ = PROGRAM = LOOKAHEAD = 32  # bytes
CACHE = 4 * READ
UMQTT = b"umqtt/simple"  # stands in a firmware that has it frozen in, among the modules' names
EXTRA = "pip install 'moonhop[image]'"


def has_umqtt(firmware: FirmwareFile) -> bool:
    """Tell whether umqtt.simple is frozen into a firmware."""
    return UMQTT in firmware.data


def files_of(starting: dict[str, bytes], complete: BoardSet) -> dict[str, bytes]:
    """Return all files of a board by their paths: what starts sets, a set with its configuration,
    and which one runs."""
    return {**starting, **complete.on_board(), STATE: complete.state_file()}


def build_image(firmware: FirmwareFile, chip: str, files: dict[str, bytes]) -> bytes:
    """Return what goes to address 0 of flash. Raises MoonhopError if the files do not fit, or the
    firmware has no place for them."""
    cmds = esptool_commands()
    place = _vfs(firmware)
    made = file_system(files, place.size)
    with contextlib.redirect_stdout(io.StringIO()):  # it tells how to go on
        merged: bytes = cmds.merge_bin(
            [(firmware.offset, firmware.data), (place.offset, made)], chip
        )
    return merged


def file_system(files: dict[str, bytes], size: int) -> bytes:
    """Return a LittleFS of so many bytes with these files. Raises MoonhopError if they do not
    fit."""
    littlefs = _littlefs()
    made = open_file_system(bytes(size), new=True)
    try:
        for path, data in files.items():
            folder = path.rpartition("/")[0]
            if folder:
                made.makedirs(folder, exist_ok=True)
            with made.open(path, "wb") as file:
                file.write(data)
    except littlefs.LittleFSError as error:
        if error.code != littlefs.LittleFSError.Error.LFS_ERR_NOSPC:
            raise
        raise MoonhopError(
            f"the worker does not fit into the {size >> 10} kB that the firmware leaves for files;"
            " take a firmware with more room"
        ) from None
    made.unmount()
    return bytes(made.context.buffer)


def open_file_system(data: bytes, *, new: bool = False) -> Any:
    """Return the LittleFS in a partition's bytes, or a ``new`` one in their place."""
    littlefs = _littlefs()
    context = littlefs.UserContext(len(data))
    context.buffer[:] = data
    made = littlefs.LittleFS(
        context=context,
        mount=False,
        block_size=BLOCK,
        block_count=len(data) // BLOCK,
        read_size=READ,
        prog_size=PROGRAM,
        cache_size=CACHE,
        lookahead_size=LOOKAHEAD,
    )
    if new:
        context.buffer[:] = b"\xff" * len(data)  # as erased flash is
        made.format()
    made.mount()
    return made


def _vfs(firmware: FirmwareFile) -> Partition:
    found = partitions(firmware.data, firmware.offset)
    for each in found:
        if each.name == VFS:
            return each
    names = ", ".join(each.name for each in found) or "none"
    raise MoonhopError(
        f"{firmware.path} has no partition {VFS!r} for files (it has: {names}); take one of"
        " MicroPython's own"
    )


def _littlefs() -> Any:
    try:
        import littlefs
    except ImportError:
        raise MoonhopError(
            f"littlefs-python is missing, which makes file systems; {EXTRA}"
        ) from None
    return littlefs
