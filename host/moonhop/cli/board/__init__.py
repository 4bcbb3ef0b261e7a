"""``moonhop board``: kinds of boards, their firmware, and boards as nodes; what it does stands in a
file for each kind of act."""

import argparse

from moonhop.cli import OK
from moonhop.cli.board import deploying, imaging, kinds, restarting
from moonhop.cli.output import print_json

EXAMPLE = "moonhop board deploy --wifi shed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the acts with their arguments."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for kind in (kinds, deploying, imaging, restarting):
        kind.configure(acts)


def run(options: argparse.Namespace) -> int:
    """Carry it out."""
    result = options.do(options)
    if options.json and result is not None:
        print_json(result)
    return OK
