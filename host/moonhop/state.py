"""The fleet's state folder: secrets, ports, the database, files; nothing in it is for others.

credentials.json   passwords of host and nodes, the API token
host.json          where the running host is; there only while it runs
ports.json         where it listened last time
host.lock          held by the running host
state.db           the scheduler's store
files/ programs/   what the file server and the program store hold
"""

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moonhop_core.errors import MoonhopError

DEFAULT_FLEET = "home"
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

    # -- the running host ------------------------------------------------------------------------

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Be the fleet's one running host. Raises StateError if there is another."""
        lock = os.open(self.path("host.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                other = self.read_json("host.json") or {}
                raise StateError(
                    f"fleet {self.fleet!r} has a running host already"
                    f" (process {other.get('pid', 'unknown')});"
                    " stop it, or choose another name with --fleet"
                ) from None
            try:
                yield
            finally:
                self.path("host.json").unlink(missing_ok=True)
        finally:
            os.close(lock)

    def _is_held(self) -> bool:
        """Tell whether a host holds the lock; one that was killed holds it no more."""
        try:
            lock = os.open(self.folder / "host.lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(lock)
        return False

    def announce(self, address: HostAddress) -> None:
        """Tell the command line where the host is."""
        self.write_json("host.json", asdict(address))

    def address(self) -> HostAddress:
        """Return where the running host is. Raises StateError if there is none."""
        known = self.read_json("host.json")
        if known is None or not self._is_held():
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
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StateError(f"cannot write {path}: {error.strerror}") from error


def _home() -> Path:
    if home := os.environ.get("MOONHOP_HOME"):
        return Path(home)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "moonhop"
