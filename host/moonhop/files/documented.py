"""What the answers about files hold, for the server's OpenAPI description."""

from typing import Any

from pydantic import BaseModel

from moonhop.files.entries import Kind, Version
from moonhop.files.quotas import Account


class EntryShown(BaseModel):
    """A file or folder. ``size`` in bytes, ``modified`` in seconds since 1970; a folder has version
    0 and no etag."""

    path: str
    name: str
    kind: Kind
    size: int
    modified: float
    version: int
    etag: str
    type: str
    owner: str


class PageShown(BaseModel):
    """Part of a folder's list; ``next``, unless null, goes into ``after``. With ``names`` only
    these, folders with a slash."""

    entries: list[EntryShown] = []
    names: list[str] = []
    next: str | None


class VersionsShown(BaseModel):
    """The versions that a file has or had, the newest first."""

    versions: list[Version]


class FreedShown(BaseModel):
    """How many bytes removing something for ever has freed."""

    freed: int


class AccountsShown(BaseModel):
    """Who keeps how much and may keep how much."""

    accounts: list[Account]


ANY_CONTENT = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
BODY = {"requestBody": {"content": ANY_CONTENT}}
CONDITIONS = {
    "If-Match": "the etags of the version that is to be there",
    "If-None-Match": "`*`: only if there is nothing yet",
}
PART = {
    "Range": "`bytes=FIRST-LAST`, one range",
    "If-Range": "an etag; the range counts only for that version",
    "If-Match": "the etags of the version that is wanted",
    "If-None-Match": "etags that need not be sent again",
}
FREED: dict[int | str, dict[str, Any]] = {
    200: {"model": FreedShown, "description": "removed for ever"}
}
READ: dict[int | str, dict[str, Any]] = {
    200: {"description": "the file", "content": ANY_CONTENT},
    206: {"description": "the range that was asked for", "content": ANY_CONTENT},
    304: {"description": "the version is one that the caller has"},
    412: {"description": "the file is not the version that is wanted"},
    416: {"description": "the range is beyond the end"},
}


def with_headers(known: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return what OpenAPI says of headers that a route reads."""
    return {
        **more,
        "parameters": [
            {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
            for name, text in known.items()
        ],
    }
