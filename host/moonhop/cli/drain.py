"""``moonhop drain``: have all processes leave a node, and none come."""

import argparse
from urllib.parse import quote

from moonhop.cli import FAILED, OK, context
from moonhop.cli.output import print_json

EXAMPLE = "moonhop drain garage"
WAIT = 60.0  # seconds


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("node", metavar="NODE")
    parser.add_argument("--undo", action="store_true", help="let processes come again")
    parser.add_argument(
        "--wait", type=float, default=WAIT, metavar="S", help="seconds to wait (default: 60)"
    )


def run(options: argparse.Namespace) -> int:
    """Drain it, and wait until it is empty."""
    opened = str(options.undo).lower()
    path = f"/api/nodes/{quote(options.node, safe='')}/drain?open={opened}&wait={options.wait}"
    said = context.client(options).post(path)
    left = [] if options.undo else said["left"]
    if options.json:
        print_json(said)
    elif options.undo:
        print(f"{options.node} takes processes again")
    elif not left:
        print(f"{options.node} is empty and takes no processes; undo with --undo")
    for process in [] if options.json else left:
        print(f"{process['pid']} {process['name']} is still there: {process['stuck']}")
    return FAILED if left else OK
