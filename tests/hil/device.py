"""The board that the suite is run on: one at a port, or a virtual one with a mock boot loader."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from moonhop.boards.configuration import PASSWORD as WIFI_PASSWORD
from moonhop.boards.console import BoardConsole
from tests.boards import network
from tests.boards.images import firmware, write
from tests.boards.loaders import ChangingPort, boot_loaders

ADDRESS = "127.0.0.1"
HEAP = "640K"  # a virtual board whose heap has room for the worker's bytecode too
CHIP = "esp32"  # of the mock boot loader
CLIENTS = 100  # that may open a virtual board's port, one after the other


@dataclass(frozen=True)
class Device:
    """Where the board is, the address by which it reaches this machine, with which options and in
    which environment it is flashed."""

    port: str
    address: str
    flash: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def device_of(config: pytest.Config, folder: Path) -> Iterator[Device]:
    """Give the board that the command line names, else a virtual one."""
    port = config.getoption("port", None)
    if port:
        yield _at_port(config, port)
        return
    with _virtual(folder) as device:
        yield device


def _at_port(config: pytest.Config, port: str) -> Device:
    given = {name: config.getoption(name) for name in ("board", "firmware", "wifi", "address")}
    missing = [f"--{name}" for name in ("board", "wifi", "address") if not given[name]]
    if WIFI_PASSWORD not in os.environ:
        missing.append(f"{WIFI_PASSWORD} in the environment")
    if missing:
        wants = f"a board at a port needs {', '.join(missing)}"
        pytest.exit(wants, returncode=pytest.ExitCode.USAGE_ERROR)
    flash = ["--board", given["board"], "--wifi", given["wifi"]]
    if given["firmware"]:
        flash += ["--firmware", given["firmware"]]
    return Device(port, given["address"], tuple(flash))


@contextlib.contextmanager
def _virtual(folder: Path) -> Iterator[Device]:
    """Give a port where a boot loader answers first, and then what was to be flashed."""
    bin = write(folder, firmware(CHIP))
    flash = folder / "flash"
    with (
        boot_loaders(folder) as start,
        BoardConsole(flash, HEAP) as board,
        ChangingPort(start(CHIP), *[board.url] * CLIENTS) as port,
    ):
        (flash / "network.py").write_text(network.NETWORK)
        options = ("--board", CHIP, "--firmware", str(bin), "--no-stub", "--wifi", network.SSID)
        yield Device(port.url, ADDRESS, options, {WIFI_PASSWORD: network.PASSWORD})
