"""``moonhop rebalance``: even out how many processes the nodes have."""

import argparse

from moonhop.cli import FAILED, OK, context
from moonhop.cli.output import print_json

EXAMPLE = "moonhop rebalance --plan"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--plan", action="store_true", help="only say what would move")


def run(options: argparse.Namespace) -> int:
    """Move what makes it more even."""
    moves = context.client(options).post(f"/api/rebalance?plan={str(options.plan).lower()}")
    if options.json:
        print_json(moves)
    elif not moves:
        print("nothing to move")
    for move in [] if options.json else moves:
        error = move.get("error")
        end = f" stays: {error}" if error else f" {move['node']} -> {move['target']}"
        print(f"{move['pid']}{end} ({move['reason']})")
    return FAILED if any(move.get("error") for move in moves) else OK
