"""``moonhop ps``: list processes."""

import argparse

from moonhop.cli import OK, context
from moonhop.cli.output import ago, print_json, print_table

EXAMPLE = "moonhop ps --all"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("-a", "--all", action="store_true", help="those that are over, too")


def run(options: argparse.Namespace) -> int:
    """Print the processes."""
    found = context.client(options).get(f"/api/processes?all={str(options.all).lower()}")
    if options.json:
        print_json(found)
        return OK
    rows = [
        (p["pid"], p["name"], p["state"], p["node"] or "-", ago(p["created"]), p["reason"])
        for p in found
    ]
    print_table(("PID", "NAME", "STATE", "NODE", "AGE", "WHY"), rows)
    return OK
