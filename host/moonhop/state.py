"""The fleet's state folder: secrets, ports, the database, files; nothing in it is for others.

identity.json      what tells it from other folders for a fleet of that name
credentials.json   passwords of host and nodes, the API token
host.json          where the running host is; there only while it runs
login.json         as whom it comes to the broker; there only while it runs, too
ports.json         where it listened last time
host.lock          held by the running host, and renewed (touched) by it
state.db           the scheduler's store
broker.journal     what the broker must not forget
blobs.json         where large files lie, if not here
files/             the fleet's files, and its programs among them
boards/            kinds of boards of the fleet's own, if there are such
"""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from moonhop.locks import held, take
from moonhop_core.errors import MoonhopError

DEFAULT_FLEET = "home"
LOCK = "host.lock"
LOGIN = "login.json"
FLEET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class StateError(MoonhopError):
    """The state folder cannot be used as asked."""


@dataclass(frozen=True)
class HostAddress:
    """Where a running host is, as ``host.json`` tells the command line."""

    fleet: str
    url: str
    token: str
    mqtt_host: str
    mqtt_port: int
    pid: int


class HostRunning(StateError):
    """Another host runs for the fleet."""

    def __init__(self, fleet: str, pid: int | None) -> None:
        super().__init__(
            f"fleet {fleet!r} has a running host already (process {pid or 'unknown'});"
            " stop it, choose another name with --fleet, or take over from it with --standby"
        )


class Holding:
    """The hold of the running host on its fleet. It has to be renewed: one that is not, because the
    host hangs, is taken from it (standby.py)."""

    def __init__(self, lock: TextIO) -> None:
        self._lock = lock

    def renew(self) -> None:
        """Say that the host is well."""
        os.utime(self._lock.fileno())


class State:
    """The state folder of one fleet; made when it is first written to."""

    def __init__(self, fleet: str, home: Path | None = None) -> None:
        if not FLEET_NAME.fullmatch(fleet):
            raise StateError(
                f"fleet name {fleet!r} is not allowed; "
                "use small letters, digits, - and _, starting with a letter or digit"
            )
        self.fleet = fleet
        self.folder = (home or _home()) / fleet

    def path(self, name: str) -> Path:
        """Return the path of a file or folder in the state folder, which exists after this."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StateError(f"cannot make {self.folder}: {error.strerror}") from error
        return self.folder / name

    @property
    def own_boards(self) -> Path:
        """The folder with kinds of boards of the fleet's own; there need be none."""
        return self.folder / "boards"

    def read_json(self, name: str) -> Any:
        """Return what a file holds, or None if there is none. Raises StateError if damaged."""
        path = self.folder / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StateError(f"cannot read {path}: {error}; repair or remove it") from error

    def write_json(self, name: str, value: Any) -> None:
        """Write a file in one step, readable by its owner alone."""
        write_private(self.path(name), json.dumps(value, indent=1).encode())

    def identity(self) -> str:
        """Return what tells this folder from others, wherever it lies; made at the first use."""
        known = self.read_json("identity.json")
        if known is None:
            known = {"id": secrets.token_hex(8)}
            self.write_json("identity.json", known)
        return str(known["id"])

    # -- the running host ------------------------------------------------------------------------

    @contextlib.contextmanager
    def hold(self) -> Iterator[Holding]:
        """Be the fleet's one running host. Raises HostRunning if there is another."""
        try:
            lock = take(self.path(LOCK))
        except BlockingIOError:
            raise HostRunning(self.fleet, self.holder()) from None
        with lock:
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield Holding(lock)
            finally:
                for name in ("host.json", LOGIN):
                    self.path(name).unlink(missing_ok=True)

    def holder(self) -> int | None:
        """Return the process id of the running host; None if there is none, or it just starts."""
        lock = self.folder / LOCK
        text = lock.read_text(encoding="ascii") if held(lock) else ""
        return int(text) if text else None

    def renewed(self) -> int:
        """Return when the host last renewed its hold: a number that grows."""
        return self.path(LOCK).stat().st_mtime_ns

    def announce(self, address: HostAddress, user: str, password: str) -> None:
        """Tell the command line where the host is, and its login at the broker."""
        self.write_json(LOGIN, {"user": user, "password": password})
        self.write_json("host.json", asdict(address))

    def login(self) -> tuple[str, str]:
        """Return user and password of the running host at its broker. Raises StateError if there is
        none."""
        known = self.read_json(LOGIN)
        if known is None:
            raise StateError(f"there is no {self.folder / LOGIN}; restart the host")
        return known["user"], known["password"]

    def address(self) -> HostAddress:
        """Return where the running host is. Raises StateError if there is none."""
        known = self.read_json("host.json")
        if known is None or not held(self.folder / LOCK):
            raise StateError(
                f"no host is running for fleet {self.fleet!r}; start one with: moonhop up"
                + ("" if self.fleet == DEFAULT_FLEET else f" --fleet {self.fleet}")
            )
        try:
            return HostAddress(**known)
        except TypeError as error:
            raise StateError(
                f"{self.folder / 'host.json'} is of another moonhop; restart the host"
            ) from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file in one step (others see the old or the new one), mode 0600."""
    part = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        part.replace(path)
        sync_folder(path.parent)  # else the new name may be lost when power is cut
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StateError(f"cannot write {path}: {error.strerror}") from error


def sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _home() -> Path:
    if home := os.environ.get("MOONHOP_HOME"):
        return Path(home)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "moonhop"
