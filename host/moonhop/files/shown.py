"""How entries, versions and changes are told as JSON."""

from dataclasses import asdict
from typing import Any

from moonhop.files.entries import Change, Entry


def described(entry: Entry) -> dict[str, Any]:
    """Return an entry for JSON, with its name alone too."""
    return {"name": entry.name, **asdict(entry)}


def change_described(change: Change) -> dict[str, Any]:
    """Return a change for JSON; ``to`` only if something was renamed."""
    told = asdict(change)
    if change.to is None:
        del told["to"]
    return told
