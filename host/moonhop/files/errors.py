"""What can go wrong with the fleet's files; each is one line that says what to do."""

from moonhop_core.errors import MoonhopError


class FileError(MoonhopError):
    """The store cannot do that with this path."""


class NotFound(FileError):
    """There is nothing under this path."""


class Conflict(FileError):
    """The path is in the way of what was asked."""


class Longer(Conflict):
    """The file has more than who appends to it knows of."""


class NotThatVersion(FileError):
    """The file is not the version that the caller knows."""


class QuotaReached(FileError):
    """Whoever writes may keep no more."""


class StoreFails(FileError):
    """The disk or the object store cannot be used just now."""


class DiskFull(StoreFails):
    """There is no room on the host's disk."""


class Guarded(FileError):
    """Only the host itself writes there."""
