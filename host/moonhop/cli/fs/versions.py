"""``history`` and ``restore``: versions that files have and had."""

import argparse
from shlex import quote
from typing import TYPE_CHECKING, Any

from moonhop.cli.acts import add_act, at_least_1
from moonhop.cli.client import Client, tree_path
from moonhop.cli.fs.tree import find
from moonhop.cli.output import ago, print_table

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the acts."""
    what = "list the versions of a file, also of a removed one"
    history = add_act(acts, "history", what, "data/x.csv", _history)
    what = "make an old version of a file the newest, also of a removed file"
    restore = add_act(acts, "restore", what, "data/x.csv 3", _restore)
    for act in (history, restore):
        act.add_argument("path", metavar="PATH")
    restore.add_argument("version", metavar="VERSION", type=at_least_1)


def _history(client: Client, options: argparse.Namespace) -> Any:
    path = options.path
    versions = client.get(tree_path("versions", path=path))["versions"]
    if options.json:
        return versions
    rows = [(v["version"], v["size"], ago(v["modified"]), v["owner"], v["type"]) for v in versions]
    print_table(("VERSION", "BYTES", "CHANGED", "OWNER", "TYPE"), rows)
    if find(client, path) is None:
        hint = f"moonhop fs restore {quote(path)} {rows[0][0]}"
        print(f"{path} is removed; get it back with: {hint}")
    return None


def _restore(client: Client, options: argparse.Namespace) -> Any:
    entry = client.post("/fs/restore", {"path": options.path, "version": options.version})
    if not options.json:
        print(f"{entry['path']}: version {entry['version']} is as version {options.version} was")
    return entry
