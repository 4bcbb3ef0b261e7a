"""Serial ports: which there are, which is meant, and what is wrong with one that does not open."""

import contextlib
import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moonhop_core.errors import MoonhopError


@dataclass(frozen=True)
class Port:
    """A serial port of this machine. ``usb`` is "vendor:product" in hex, "" for others."""

    device: str
    description: str
    usb: str


def find_ports() -> list[Port]:
    """Return the serial ports of this machine."""
    from serial.tools import list_ports

    return sorted(
        (
            Port(
                each.device,
                each.description if each.description != "n/a" else "",
                f"{each.vid:04x}:{each.pid:04x}" if each.vid is not None else "",
            )
            for each in list_ports.comports()
        ),
        key=lambda port: port.device,
    )


def choose_port(ports: Sequence[Port]) -> str:
    """Return the device of the only USB port. Raises MoonhopError if there is none, or several."""
    boards = [port for port in ports if port.usb]
    if not boards:
        raise MoonhopError(
            "no board is plugged in by USB; plug one in (with a cable that carries data), or name"
            " its port with --port"
        )
    if len(boards) > 1:
        shown = ", ".join(f"{port.device} ({port.description or port.usb})" for port in boards)
        raise MoonhopError(f"several ports may be a board's: {shown}; choose with --port")
    return boards[0].device


def unopened(port: str, error: BaseException) -> MoonhopError | None:
    """Return what a person can do about a port that did not open; None if that is not what is
    wrong. ``error`` is what pyserial raised, or what was raised because of it."""
    code = _code_of(error)
    if code == errno.ECONNREFUSED:
        return MoonhopError(f"nothing answers at {port}; start what serves it, or check its number")
    if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return MoonhopError(
            f"there is no port {port}; plug the board in and see the ports with: moonhop scan"
        )
    if code in (errno.EACCES, errno.EPERM):
        return MoonhopError(
            f"you may not open {port}; run: sudo usermod -aG {_group(port)} $USER and log in again"
        )
    if code in (errno.EAGAIN, errno.EBUSY):
        return MoonhopError(f"{port} is busy; close the program that has it open (a monitor?)")
    if code is not None:
        return MoonhopError(f"cannot use {port}: {os.strerror(code)}; plug the board in anew")
    return None


def close(port: Any) -> None:
    """Close what pyserial opened; of a socket:// whose other side has gone it leaves the socket."""
    held = getattr(port, "_socket", None)
    with contextlib.suppress(OSError):  # it is gone
        port.close()
    if held:
        held.close()


def _code_of(error: BaseException | None) -> int | None:
    """Return the system's number of what went wrong at first."""
    found = None
    while error is not None:
        if isinstance(error, OSError) and error.errno is not None:
            found = error.errno
        error = error.__cause__ or error.__context__
    return found


def _group(port: str) -> str:
    """Return the group that may open a port."""
    try:
        return Path(port).group()
    except (OSError, KeyError):
        return "dialout"
