"""Which paths the fleet's tree allows."""

import unicodedata

from moonhop_core.errors import MoonhopError

LONGEST_NAME = 200  # bytes
LONGEST_PATH = 1000  # bytes
OURS = ".moonhop"  # what is below it is moonhop's own
OPEN = f"{OURS}/open"  # PID/ID: files that a process has not closed yet
CHECKPOINTS = "checkpoints"  # images of processes, from which they go on
PROGRAMS = f"{OURS}/programs"  # sources and forms, which only the host writes: nodes run them
NO_TEXT = "\ufffd"  # what servers make of bytes that are no UTF-8: two paths would become one
UNFIT = "\\\U0010ffff"  # the second is no character and comes after all others in a list


class PathError(MoonhopError):
    """A path that the tree does not allow."""


def clean_path(path: str) -> str:
    """Return a path in the one form the tree knows: ``a/b/c`` in normal form C; "" is the top.

    A leading slash, doubled slashes and a trailing one mean nothing. Raises PathError for ``.`` and
    ``..``, backslashes, control characters, what is no UTF-8, and what is too long.
    """
    if any(char == NO_TEXT or unicodedata.category(char) == "Cs" for char in path):
        raise PathError(f"path {path!r} is not UTF-8, which the fleet's paths are; rename it")
    names = [name for name in unicodedata.normalize("NFC", path).split("/") if name]
    for name in names:
        if name in (".", ".."):
            raise PathError(f"path {path!r} has a {name!r} in it; write it without")
        if any(char in UNFIT or unicodedata.category(char) == "Cc" for char in name):
            raise PathError(f"path {path!r} has a backslash or control character in it")
        if len(name.encode()) > LONGEST_NAME:
            raise PathError(f"a name in a path may be {LONGEST_NAME} bytes long: {name[:40]}…")
    cleaned = "/".join(names)
    check_length(cleaned)
    return cleaned


def check_length(path: str) -> None:
    """Raise PathError for a clean path that is too long as a whole."""
    if len(path.encode()) > LONGEST_PATH:
        raise PathError(f"a path may be {LONGEST_PATH} bytes long: {path[:40]}…")


def is_ours(path: str) -> bool:
    """Tell whether a clean path is, holds or belongs to what moonhop keeps for itself."""
    return path.split("/", maxsplit=1)[0] in (OURS, CHECKPOINTS)


def is_guarded(path: str) -> bool:
    """Tell whether a clean path is, holds or belongs to what only the host may change."""
    return path in (OURS, PROGRAMS) or path.startswith(PROGRAMS + "/")
