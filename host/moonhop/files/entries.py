"""What the store tells: entries of the tree, versions, changes; and who writes."""

from dataclasses import dataclass
from typing import Literal

from moonhop.files.errors import NotThatVersion

Kind = Literal["file", "folder"]
What = Literal["written", "appended", "removed", "renamed", "made"]


@dataclass(frozen=True)
class Entry:
    """A file or folder as it is now. ``size`` in bytes, ``modified`` in seconds since 1970; a
    folder has version 0 and no etag. ``owner`` is ``host``, ``node:ID`` or ``app:NAME``."""

    path: str
    kind: Kind
    size: int
    modified: float
    version: int
    etag: str
    type: str
    owner: str

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Version:
    """One version that a file has or had."""

    path: str
    version: int
    size: int
    modified: float
    etag: str
    type: str
    owner: str


@dataclass(frozen=True)
class Change:
    """Something that happened to a path: ``seq`` counts all changes of the tree."""

    seq: int
    path: str
    change: What
    kind: Kind
    size: int
    version: int
    etag: str
    to: str | None  # where a renamed path went


@dataclass(frozen=True)
class Page:
    """Part of a folder's list; ``next`` goes on where it ends, None: it is the last."""

    entries: list[Entry]
    next: str | None


@dataclass(frozen=True)
class Writer:
    """Who writes, and which request of whom this is.

    What is written is charged to the node and to the application; nobody is charged for what comes
    with the owner's token. A request that names a process and a number counts once.
    """

    node: str | None = None
    app: str | None = None
    process: str | None = None
    number: int | None = None

    @property
    def owner(self) -> str:
        """Whose the written is."""
        accounts = self.accounts
        return accounts[-1] if accounts else "host"

    @property
    def accounts(self) -> list[str]:
        """Who is charged."""
        accounts = [f"node:{self.node}"] if self.node else []
        return [*accounts, f"app:{self.app}"] if self.app else accounts


HOST = Writer()


@dataclass(frozen=True)
class Known:
    """The version that a caller knows, as ``If-Match`` and ``If-None-Match`` tell it: lists of
    etags, of which ``*`` is any."""

    match: tuple[str, ...] | None = None
    none_match: tuple[str, ...] | None = None

    def holds(self, entry: Entry | None) -> bool:
        """Tell whether what is there may be written over (RFC 9110, 13.1)."""
        if self.match is not None and not _among(entry, self.match):
            return False
        return self.none_match is None or not _among(entry, self.none_match)

    def require(self, entry: Entry | None, path: str) -> None:
        """Raise NotThatVersion unless this holds for what is at a path."""
        if not self.holds(entry):
            raise NotThatVersion(f"{path!r} is not the version you know; read it again")


ANY = Known()


def _among(entry: Entry | None, etags: tuple[str, ...]) -> bool:
    return entry is not None and ("*" in etags or entry.etag in etags)
