"""A terminal at the prompt of the MicroPython at a serial port."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

from moonhop.bridge.line import Line
from moonhop_core.errors import MoonhopError
from moonhop_core.serial.frames import Splitter

LEAVE = b"\x1d"  # Ctrl-]
PIECE = 1024  # bytes


async def converse(port: str) -> None:
    """Carry keys to a port and what the board says back, until Ctrl-]. Raises MoonhopError if the
    port cannot be opened or goes away."""
    if not sys.stdin.isatty():
        raise MoonhopError(
            "the prompt at a port wants a terminal; for a script: mpremote connect PORT exec CODE"
        )

    def show(data: bytes) -> None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    async with Line(port, Splitter(lambda _: None, show).feed) as line:
        print(
            f"moonhop: MicroPython at {port}: Ctrl-C stops what runs, Ctrl-D restarts,"
            " Ctrl-] leaves",
            file=sys.stderr,
        )
        with _raw_keys(sys.stdin.fileno()):
            await line.write(b"\r")
            broken: asyncio.Task[Any] = asyncio.create_task(line.broken.wait())
            keys: asyncio.Queue[bytes] = asyncio.Queue()
            loop = asyncio.get_running_loop()
            loop.add_reader(sys.stdin, lambda: keys.put_nowait(os.read(0, PIECE)))
            try:
                await _carry(keys, line, broken)
            finally:
                loop.remove_reader(sys.stdin)
                broken.cancel()
    if broken.done() and not broken.cancelled():
        raise MoonhopError(f"{port} is gone; plug the board in again")


async def _carry(keys: asyncio.Queue[bytes], line: Line, broken: "asyncio.Task[Any]") -> None:
    while True:
        pressed: asyncio.Task[Any] = asyncio.create_task(keys.get())
        await asyncio.wait([pressed, broken], return_when=asyncio.FIRST_COMPLETED)
        if not pressed.done():
            pressed.cancel()
            return
        data = pressed.result()
        if LEAVE in data or not data:
            return
        await line.write(data)


@contextlib.contextmanager
def _raw_keys(terminal: int) -> Iterator[None]:
    """Have keys come one by one, Ctrl-C among them."""
    import termios
    import tty

    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
