"""`fs.watch`: what changes in the fleet's files comes as messages, on topics that programs see as
`$fs/<path>`; the node knows where in the fleet they are."""

import json

from moonhop_core.process.engine import Obj

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call

CHANGES = "$fs/"  # in front of their topics
QUOTED = "+#%\x7f"


def topic_of(path: str) -> str:
    """Return the topic of a path's changes: characters that topics cannot hold stand there as
    %XX."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    name = "/".join(parts)
    return CHANGES + "".join(["%%%02X" % ord(c) if c < " " or c in QUOTED else c for c in name])


def change_of(payload: str) -> "dict[str, Any]":
    """Return what a message tells of a change: path, change, size, version …"""
    found: "dict[str, Any]" = json.loads(payload)
    return found


def watch(call: "Call") -> "list[Any]":
    """fs.watch(path, fn): fn(change) for each change of a file, or of what is in a folder; `change`
    is a table with path, change ("written", "appended", "removed", "renamed", "made"), size and
    version."""
    filter = (topic_of(call.text(0)) + "/#").replace("//", "/")
    return [Obj("subscription", call.process.messages.add(filter, call.function(1)).ident)]


OF_WATCHING: "dict[str, Callable[[Call], Any]]" = {"fs.watch": watch}
