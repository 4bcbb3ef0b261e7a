"""``restart``: a board starts again, with programs on."""

import argparse
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from moonhop.cli import context
from moonhop.cli.acts import add_act
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.cli.acts import Acts

WAIT = 60.0  # seconds


def configure(acts: "Acts") -> None:
    """Add the act."""
    what = "have a board start again over the air, which ends its safe mode"
    restart = add_act(acts, "restart", what, "shed-1", _restart)
    restart.add_argument("node", metavar="NODE")
    restart.add_argument(
        "--wait", type=float, default=WAIT, metavar="S", help="for it to be born again (60)"
    )


def _restart(options: argparse.Namespace) -> Any:
    path = f"/api/nodes/{quote(options.node, safe='')}/restart?wait={options.wait}"
    node = context.client(options).post(path)
    safe = (node["boot"] or {}).get("safe")
    if safe:
        raise MoonhopError(f"{node['id']} has started again and is in safe mode: {safe}")
    if options.json:
        return node
    print(f"{node['id']} has started again and takes programs")
    return None
