"""``rm``, ``mv``, ``cp`` and ``mkdir``."""

import argparse
from typing import TYPE_CHECKING, Any

from moonhop.cli.acts import add_act
from moonhop.cli.client import Client, file_path, tree_path
from moonhop.cli.fs.tree import landing, last_name
from moonhop.sizes import shown
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts


def configure(acts: "Acts") -> None:
    """Add the acts."""
    rm = add_act(acts, "rm", "remove files and empty folders", "-r data/old", _rm)
    rm.add_argument("-r", "--recursive", action="store_true", help="folders with all in them")
    help = "with all versions, also of what was removed before: nothing can be restored"
    rm.add_argument("--forever", action="store_true", help=help)
    mv = add_act(acts, "mv", "move or rename a file or folder", "data/today data/2026-11-26", _mv)
    cp = add_act(acts, "cp", "copy a file within the fleet", "data/x.csv backup/", _cp)
    cp.add_argument("-r", "--recursive", action="store_true", help="a folder with all in it")
    for act in (mv, cp):
        act.add_argument("source", metavar="FROM")
        act.add_argument("target", metavar="TO", help="a name, or a folder to go into")
    mkdir = add_act(acts, "mkdir", "make folders, and those above them", "data/2026", _mkdir)
    for act in (rm, mkdir):
        act.add_argument("paths", metavar="PATH", nargs="+")


def _rm(client: Client, options: argparse.Namespace) -> Any:
    chosen = {"deep": options.recursive, "forever": options.forever}
    how = "&".join(f"{name}=true" for name, is_so in chosen.items() if is_so)
    told = [client.delete(file_path(path) + (how and f"?{how}")) for path in options.paths]
    if not options.forever:
        return {"removed": options.paths}
    freed = sum(each["freed"] for each in told)
    if options.json:
        return {"removed": options.paths, "freed": freed}
    print(f"{shown(freed)} freed")
    return None


def _mv(client: Client, options: argparse.Namespace) -> Any:
    target = landing(client, options.target, last_name(options.source))
    return client.post("/fs/rename", {"from": options.source, "to": target})


def _cp(client: Client, options: argparse.Namespace) -> Any:
    source = client.get(tree_path("stat", path=options.source))
    if source["kind"] == "folder" and not options.recursive:
        raise MoonhopError(f"{options.source!r} is a folder; copy it with: moonhop fs cp -r")
    target = landing(client, options.target, source["name"])
    return client.post("/fs/copy", {"from": options.source, "to": target})


def _mkdir(client: Client, options: argparse.Namespace) -> Any:
    return [client.post("/fs/mkdir", {"path": path}) for path in options.paths]
