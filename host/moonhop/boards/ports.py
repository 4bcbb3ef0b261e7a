"""Serial ports: which there are, which is meant, and what is wrong with one that does not open."""

import contextlib
import errno
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moonhop_core.errors import MoonhopError

REMOTE = ("socket", "rfc2217")  # kinds of ports that others serve
NOT_RFC2217 = "does not seem to support RFC2217"  # as pyserial says it


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


def check_port(port: str) -> None:
    """Raise MoonhopError unless this can name a serial port: a device, or one that another machine
    or program serves, as socket:// or rfc2217://HOST:PORT."""
    scheme, remote, _ = port.partition("://")
    if not remote:
        path = Path(port)
        if path.exists() and not path.is_char_device():
            raise MoonhopError(f"{port} is no serial port; see the ports with: moonhop scan")
        return
    try:
        place = urlsplit(port)
        good = scheme in REMOTE and bool(place.hostname and place.port)
    except ValueError:  # its number is none
        good = False
    if not good:
        forms = " or ".join(f"{name}://HOST:PORT" for name in REMOTE)
        raise MoonhopError(f"{port} is no port; write a device's name, {forms}")


def unopened(port: str, error: BaseException) -> MoonhopError | None:
    """Return what a person can do about a port that did not open; None if that is not what is
    wrong. ``error`` is what pyserial raised, or what was raised because of it."""
    chain = list(_causes(error))
    if any(isinstance(each, socket.gaierror) for each in chain):
        return MoonhopError(f"no machine is known by the name in {port}; check it")
    if any(NOT_RFC2217 in str(each) for each in chain):
        plain = f"socket://{port.partition('://')[2]}"
        return MoonhopError(f"what answers at {port} does not speak RFC 2217; try --port {plain}")
    codes = [each.errno for each in chain if isinstance(each, OSError) and each.errno is not None]
    code = codes[-1] if codes else None  # of what went wrong at first
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


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what it came from, back to what went wrong at first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _group(port: str) -> str:
    """Return the group that may open a port; none is told to join root's."""
    try:
        found = Path(port).group()
    except (OSError, KeyError):
        found = ""
    return found if found not in ("", "root") else "dialout"
