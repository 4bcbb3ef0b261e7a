"""``moonhop fs``: the fleet's files; what it does stands in a file for each kind of act."""

import argparse

from moonhop.cli import OK, context
from moonhop.cli.fs import changing, listing, quotas, reading, versions, watching, writing
from moonhop.cli.output import print_json

EXAMPLE = "moonhop fs put readings.csv data/readings.csv"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the acts with their arguments."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for kind in (listing, reading, writing, changing, versions, watching, quotas):
        kind.configure(acts)


def run(options: argparse.Namespace) -> int:
    """Carry it out."""
    result = options.do(context.client(options), options)
    if options.json and result is not None:
        print_json(result)
    return OK
