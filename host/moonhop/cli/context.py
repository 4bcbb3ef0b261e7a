"""Which fleet a command means, and the connection to its host."""

import argparse
import os
import tomllib
from pathlib import Path

from moonhop.cli.client import Client
from moonhop.state import DEFAULT_FLEET, State
from moonhop_core.errors import MoonhopError

CONFIG = "moonhop.toml"


def fleet_name(options: argparse.Namespace) -> str:
    """Return the fleet's name: ``--fleet``, MOONHOP_FLEET, moonhop.toml here or above, "home".

    Raises MoonhopError if moonhop.toml cannot be used.
    """
    given: str | None = options.fleet or os.environ.get("MOONHOP_FLEET")
    return given or _configured(Path.cwd()) or DEFAULT_FLEET


def state(options: argparse.Namespace) -> State:
    """Return the fleet's state folder."""
    return State(fleet_name(options))


def client(options: argparse.Namespace) -> Client:
    """Return a connection to the fleet's running host. Raises MoonhopError if there is none."""
    return Client(state(options).address())


def _configured(folder: Path) -> str | None:
    for place in (folder, *folder.parents):
        path = place / CONFIG
        try:
            known = tomllib.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            raise MoonhopError(f"cannot read {path}: {error}") from error
        fleet = known.get("fleet")
        if fleet is not None and not isinstance(fleet, str):
            raise MoonhopError(f'{path}: fleet must be a text, such as fleet = "lab"')
        return fleet
    return None
