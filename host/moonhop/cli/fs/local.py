"""Files of this machine, which the fleet's are copied to and from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moonhop_core.errors import MoonhopError


@contextmanager
def told_of_ours(what: str, place: str | Path) -> Iterator[None]:
    """Raise MoonhopError where the system refuses to do ``what`` ("read") with a file."""
    try:
        yield
    except BrokenPipeError:  # whoever reads what we write has had enough
        raise
    except OSError as error:
        raise MoonhopError(f"cannot {what} {str(place)!r}: {error.strerror}") from None
