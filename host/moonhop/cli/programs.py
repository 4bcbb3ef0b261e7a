"""Program files on the person's own disk."""

from pathlib import Path

from moonhop_core.errors import MoonhopError


def read_program(path: str) -> bytes:
    """Return a program's text. Raises MoonhopError if it cannot be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise MoonhopError(f"there is no program file {path!r}; check the path") from None
    except OSError as error:
        raise MoonhopError(f"cannot read {path!r}: {error.strerror}") from None
