"""The board's console for pytest-embedded, which has services for real ports only."""

import fcntl
import struct
import termios
from typing import Any

import serial
from pexpect import TIMEOUT
from pytest_embedded_serial import SerialDut
from serial.urlhandler import protocol_socket

PROMPT = ">>> "
ATTEMPTS = 10  # to interrupt the worker: amid its start it may not hear
ATTEMPT = 3.0  # seconds


class CountedSocket(protocol_socket.Serial):
    """pyserial's socket:// tells of one byte that waits, of however many, and pytest-embedded takes
    what it tells of 20 times a second."""

    @property
    def in_waiting(self) -> int:
        count = fcntl.ioctl(self._socket, termios.FIONREAD, bytes(4))
        return int(struct.unpack("i", count)[0] or super().in_waiting)  # 1: the end can be read


def open_console(port: str, baud: int) -> Any:
    """Return a port, opened for pytest-embedded; its Serial closes it."""
    if port.startswith("socket://"):
        return CountedSocket(port, baud)
    return serial.serial_for_url(port, baud)


class BoardDut(SerialDut):
    """A board with MicroPython; what it says is expected as with any other `dut`."""

    def interrupt(self) -> None:
        """Press Ctrl-C until the prompt is there."""
        for _ in range(ATTEMPTS):
            self.serial.proc.write(b"\x03")
            try:
                self.expect_exact(PROMPT, timeout=ATTEMPT)
                return
            except TIMEOUT:
                continue
        raise TimeoutError("the board does not come to its prompt")

    def reset(self) -> None:
        """Reset it from its prompt."""
        self.interrupt()
        self.serial.proc.write(b"import machine; machine.reset()\r")
