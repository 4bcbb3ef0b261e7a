"""Folders that travel with moonhop: in the wheel beside this file, in a checkout at the top."""

from pathlib import Path
from typing import Literal

from moonhop_core.errors import MoonhopError

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parents[1]


def folder(name: Literal["firmware", "boards", "examples"]) -> Path:
    """Return the folder ``name``, wherever this installation has it.

    Raises MoonhopError if it is in neither place, which means a damaged installation.
    """
    for path in (PACKAGE / f"_{name}", CHECKOUT / name):
        if path.is_dir():
            return path
    raise MoonhopError(f"moonhop's folder {name!r} is missing; install moonhop again")
