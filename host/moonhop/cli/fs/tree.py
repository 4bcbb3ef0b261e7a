"""Questions about the fleet's tree of files."""

from collections.abc import Iterator
from typing import Any

from moonhop.cli.client import Client, Refused, tree_path


def find(client: Client, path: str) -> Any:
    """Return the entry of a path, None if there is nothing. Raises MoonhopError."""
    try:
        return client.get(tree_path("stat", path=path))
    except Refused as refused:
        if refused.status == 404:
            return None
        raise


def entries(client: Client, path: str, *, deep: bool = False) -> Iterator[Any]:
    """Give the entries of a folder by name; ``deep``: all that are below it by path."""
    after: str | None = ""
    while after is not None:
        query = {"path": path, "after": after, "deep": str(deep).lower()}
        page = client.get(tree_path("list", **query))
        yield from page["entries"]
        after = page["next"]


def landing(client: Client, target: str, name: str) -> str:
    """Return where a thing called ``name`` goes if it goes to ``target``: into it, if that is a
    folder."""
    if target.endswith("/") or (find(client, target) or {}).get("kind") == "folder":
        return "/".join(part for part in (target.rstrip("/"), name) if part)
    return target


def last_name(path: str) -> str:
    """Return the last name of a path."""
    return path.rstrip("/").rpartition("/")[2]


def is_hidden(path: str) -> bool:
    """Tell whether a name in a path begins with a dot."""
    return path.startswith(".") or "/." in path
