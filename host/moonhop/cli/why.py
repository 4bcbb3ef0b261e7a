"""``moonhop why``: why a process is where it is, and what became of it so far."""

import argparse

from moonhop.cli import OK, context
from moonhop.cli.acting import process_path
from moonhop.cli.events import told
from moonhop.cli.output import print_json

EXAMPLE = "moonhop why p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")


def run(options: argparse.Namespace) -> int:
    """Print the decisions about it, oldest first."""
    process = context.client(options).get(process_path(options.pid))
    if options.json:
        print_json(process["events"])
        return OK
    where = f" on {process['node']}" if process["node"] else ""
    print(f"{process['pid']} {process['name']} is {process['state']}{where}: {process['reason']}")
    for event in process["events"]:
        print(f"  {told(event)}")
    return OK
