"""The read-only file system of a board (ROMFS), and MicroPython running from one.

MicroPython runs compiled files in a ROMFS where they lie: the heap holds neither bytecode nor
strings of them. Boards with such a partition have it mounted at /rom; here the image is mapped into
the memory of MicroPython's process, outside its heap, and mounted at the same place.
"""

import contextlib
import ctypes
import io
import mmap
import os
import sys
from pathlib import Path

from moonhop.engines.micropython import OWN, find_micropython
from moonhop_core.errors import MoonhopError

ADDRESS = 0x20000000  # of the image in another build's memory
START = """import sys, uctypes, vfs
vfs.mount(vfs.VfsRom(uctypes.bytearray_at({address}, {size})), "/rom")
sys.path[:] = ["", "/rom", ".frozen"]
import boot
__import__("main")
"""


def build_rom(folder: Path, image: Path) -> int:
    """Write the files below a folder as a ROMFS image and return its size in bytes.

    Raises MoonhopError if it cannot be written.
    """
    from mpremote import romfs

    with contextlib.redirect_stdout(io.StringIO()):  # it tells each file
        data: bytes = romfs.make_romfs(str(folder), mpy_cross=None)
    try:
        image.write_bytes(data)
    except OSError as error:
        raise MoonhopError(f"cannot write {image}: {error.strerror}") from None
    return len(data)


def _run_own(command: str, image: Path, heap: str) -> int:
    """Become another build of MicroPython, into which the image is mapped (scripts/)."""
    text = START.format(address=ADDRESS, size=image.stat().st_size)
    more = {"LD_PRELOAD": f"{command}.rom.so", "MOONHOP_ROM": str(image)}
    os.execve(command, [command, "-X", f"heapsize={heap}", "-c", text], {**os.environ, **more})


def main(arguments: list[str]) -> int:
    """Run MicroPython in this process: IMAGE HEAP, in the folder that has boot.py and main.py."""
    image, heap = arguments
    if os.environ.get(OWN):
        return _run_own(find_micropython(), Path(image), heap)
    from micropython_run import run_main  # type: ignore[import-not-found]

    with open(image, "rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    start = Path(f"{image}.{os.getpid()}.py")
    start.write_text(START.format(address=address, size=len(memory)), encoding="utf-8")
    try:
        status: int = run_main(["micropython", "-X", f"heapsize={heap}", str(start)])
    finally:
        start.unlink(missing_ok=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
