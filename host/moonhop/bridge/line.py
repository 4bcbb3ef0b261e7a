"""A serial port for asyncio: threads wait for it."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Self

from moonhop.boards.ports import check_port, close, unopened
from moonhop.boards.repl import BAUD
from moonhop_core.errors import MoonhopError

LOOK = 0.2  # seconds between two looks whether to stop
MOST = 4096  # bytes at once


class Line:
    """An open port, also ``socket://`` or ``rfc2217://``. ``take`` gets what comes, on the loop's
    thread; ``broken`` is set when the port is gone."""

    def __init__(self, port: str, take: Callable[[bytes], None], baud: int = BAUD) -> None:
        self.port = port
        self.broken = asyncio.Event()
        self._take, self._baud = take, baud
        self._loop = asyncio.get_running_loop()
        self._serial: Any = None
        self._thread = threading.Thread(target=self._read, name=f"line {port}")
        self._closing = False

    async def __aenter__(self) -> Self:
        """Open the port. Raises MoonhopError that says what to do."""
        self._serial = await asyncio.to_thread(self._open)
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        await asyncio.to_thread(self._thread.join)
        close(self._serial)

    async def write(self, data: bytes) -> None:
        """Write; a port that is gone takes everything."""
        try:
            await asyncio.to_thread(self._serial.write, data)
        except OSError:
            self.broken.set()

    def _open(self) -> Any:
        import serial

        check_port(self.port)
        try:
            return serial.serial_for_url(
                self.port, self._baud, timeout=LOOK, write_timeout=None, exclusive=True
            )
        except OSError as fault:
            raise (
                unopened(self.port, fault) or MoonhopError(f"cannot open {self.port}: {fault}")
            ) from None

    def _read(self) -> None:
        try:
            while not self._closing:
                self._read_some()
        except OSError:
            self._loop.call_soon_threadsafe(self.broken.set)

    def _read_some(self) -> None:
        data = bytearray()
        try:
            data += self._serial.read(1)
            while data and len(data) < MOST and (more := self._serial.in_waiting):
                data += self._serial.read(more)
        finally:  # what came before the port went counts
            if data:
                self._loop.call_soon_threadsafe(self._take, bytes(data))
