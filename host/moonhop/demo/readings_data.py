"""The recorded sensor readings that the demo and the tests work on."""

from moonhop.resources import folder
from moonhop_core.errors import MoonhopError

NAME = "buoy-b01-sea-temperature.csv"


def readings_csv() -> bytes:
    """Return the readings as CSV: a header, then 8,760 rows of time (UTC) and degrees Celsius.

    Where they come from stands in ``examples/data/README.md``.
    Raises MoonhopError if the file is missing from this installation.
    """
    path = folder("examples") / "data" / NAME
    try:
        return path.read_bytes()
    except OSError as error:
        raise MoonhopError(
            f"cannot read {path}: {error.strerror}; install moonhop again"
        ) from error
