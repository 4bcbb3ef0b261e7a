"""Which fleet a command means, and the connection to its host."""

import argparse
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonhop.cli.client import Client
from moonhop.state import DEFAULT_FLEET, State
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.boards.catalog import Catalog

CONFIG = "moonhop.toml"


def fleet_name(options: argparse.Namespace) -> str:
    """Return the fleet's name: ``--fleet``, MOONHOP_FLEET, moonhop.toml here or above, "home".

    Raises MoonhopError if moonhop.toml cannot be used.
    """
    given: str | None = options.fleet or os.environ.get("MOONHOP_FLEET")
    return given or _configured_fleet() or DEFAULT_FLEET


def state(options: argparse.Namespace) -> State:
    """Return the fleet's state folder."""
    return State(fleet_name(options))


def client(options: argparse.Namespace) -> Client:
    """Return a connection to the fleet's running host. Raises MoonhopError if there is none."""
    return Client(state(options).address())


def boards(options: argparse.Namespace) -> "tuple[Catalog, str | None]":
    """Return the kinds of boards that there are, and the name of the one that ``--board`` means, if
    that was given: moonhop's, the fleet's (boards/ in its state folder), those in the folder that
    moonhop.toml names (path in [boards]), and what ``--board`` gives as a file.

    Raises MoonhopError if moonhop.toml cannot be used.
    """
    from moonhop.boards.catalog import SUFFIX, Catalog

    own = [state(options).own_boards, *_configured_boards()]
    given: str | None = getattr(options, "board", None)
    if given and given.endswith(SUFFIX):
        own.append(Path(given))
        given = own[-1].stem
    return Catalog(*own), given


def _configured_fleet() -> str | None:
    path, known = _config()
    fleet = known.get("fleet")
    if fleet is not None and not isinstance(fleet, str):
        raise MoonhopError(f'{path}: fleet must be a text, such as fleet = "lab"')
    return fleet


def _configured_boards() -> list[Path]:
    """Return the folder of boards that moonhop.toml names, beside that file, if it does."""
    path, known = _config()
    table = known.get("boards", {})
    place = table.get("path") if isinstance(table, dict) else table
    if place is None:
        return []
    if not isinstance(place, str):
        raise MoonhopError(f'{path}: boards.path must be a folder, such as path = "boards"')
    found = path.parent / place
    if not found.is_dir():
        raise MoonhopError(f"{path}: boards.path is {place!r}, and there is no folder {found}")
    return [found]


def _config() -> tuple[Path, dict[str, Any]]:
    """Return the nearest moonhop.toml, here or above, and what stands in it; nothing if there is
    none. Raises MoonhopError if it cannot be read."""
    try:
        folder = Path.cwd()
    except OSError as error:
        raise MoonhopError(
            f"the current folder cannot be read ({error.strerror}); change to one that can"
        ) from None
    for place in (folder, *folder.parents):
        path = place / CONFIG
        try:
            return path, tomllib.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise MoonhopError(
                f"cannot read {path} ({error.strerror}); change to a folder that you may read"
            ) from None
        except ValueError as error:
            raise MoonhopError(f"cannot read {path}: {error}") from error
    return folder / CONFIG, {}
