"""``watch``: what changes, as it does."""

import argparse
import sys
from shlex import quote
from typing import TYPE_CHECKING, Any

from moonhop.cli.acts import add_act
from moonhop.cli.client import Client, tree_path
from moonhop.cli.fs.tree import is_hidden
from moonhop.cli.output import print_json

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the act."""
    what = "tell what changes in a file, or in a folder and below it, until Ctrl-C"
    watch = add_act(acts, "watch", what, "data", _watch)
    watch.add_argument("path", metavar="PATH", nargs="?", default="")
    help = "below names that begin with a dot too, where moonhop keeps its own"
    watch.add_argument("-a", "--all", action="store_true", help=help)
    help = "begin after change N (seq in the JSON), not from now on"
    watch.add_argument("--since", metavar="N", type=int, help=help)


def _watch(client: Client, options: argparse.Namespace) -> None:
    start = len(options.path.strip("/"))
    query = {} if options.since is None else {"since": str(options.since)}
    for name, change in client.named_events(tree_path("watch", path=options.path, **query)):
        if name == "missed":
            hint = f"moonhop fs ls {quote(options.path)}" if options.path else "moonhop fs ls"
            print(f"moonhop: some changes are known no more; see what is: {hint}", file=sys.stderr)
        elif is_hidden(change["path"][start:].lstrip("/")) and not options.all:
            continue
        elif options.json:
            print_json(change)
        else:
            print(_line(change))
        sys.stdout.flush()


def _line(change: dict[str, Any]) -> str:
    words = [change["change"], change["path"]]
    if "to" in change:
        words.append(f"to  {change['to']}")
    elif change["kind"] == "file" and change["change"] != "removed":
        words.append(f"{change['size']} bytes, version {change['version']}")
    return "  ".join(words)
