"""``ls`` and ``tree``: what there is."""

import argparse
from typing import TYPE_CHECKING, Any

from moonhop.cli.acts import add_act
from moonhop.cli.client import Client, tree_path
from moonhop.cli.fs.tree import entries, is_hidden
from moonhop.cli.output import ago, print_table

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the acts."""
    ls = add_act(acts, "ls", "list a folder", "-l data", _ls)
    ls.add_argument("-l", "--long", action="store_true", help="with size, time, version and owner")
    tree = add_act(acts, "tree", "draw a folder with all that is below it", "data", _tree)
    for act in (ls, tree):
        act.add_argument("path", metavar="PATH", nargs="?", default="")
        act.add_argument("-a", "--all", action="store_true", help="names that begin with a dot too")


def _ls(client: Client, options: argparse.Namespace) -> Any:
    there = client.get(tree_path("stat", path=options.path))
    found = [there]
    if there["kind"] == "folder":
        all_of_it = entries(client, options.path)
        found = [entry for entry in all_of_it if options.all or not is_hidden(entry["name"])]
    if options.json:
        return found
    if options.long:
        rows = [
            (e["size"], ago(e["modified"]), e["version"] or "-", e["owner"], shown_name(e))
            for e in found
        ]
        print_table(("BYTES", "CHANGED", "VERSION", "OWNER", "NAME"), rows)
    else:
        for entry in found:
            print(shown_name(entry))
    return None


def _tree(client: Client, options: argparse.Namespace) -> Any:
    there = client.get(tree_path("stat", path=options.path))
    top = there["path"]
    found = list(entries(client, top, deep=True)) if there["kind"] == "folder" else []
    start = len(top) + 1 if top else 0
    found = [entry for entry in found if options.all or not is_hidden(entry["path"][start:])]
    if options.json:
        return found
    inside: dict[str, list[Any]] = {top: []}
    for entry in found:
        inside.setdefault(entry["path"].rpartition("/")[0], []).append(entry)
        if entry["kind"] == "folder":
            inside.setdefault(entry["path"], [])
    print(top or "/")
    _draw(inside, top, "")
    folders = sum(entry["kind"] == "folder" for entry in found)
    print(f"\n{_count(folders, 'folder')}, {_count(len(found) - folders, 'file')}")
    return None


def _draw(inside: dict[str, list[Any]], folder: str, indent: str) -> None:
    held = sorted(inside[folder], key=lambda entry: entry["name"])
    for entry in held:
        last = entry is held[-1]
        print(f"{indent}{'└── ' if last else '├── '}{shown_name(entry)}")
        if entry["kind"] == "folder":
            _draw(inside, entry["path"], indent + ("    " if last else "│   "))


def shown_name(entry: Any) -> str:
    """Return an entry's name, a folder's with a slash."""
    return f"{entry['name']}{'/' if entry['kind'] == 'folder' else ''}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
