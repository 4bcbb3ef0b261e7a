"""``moonhop clone``: start a second process that goes on from where a process is."""

import argparse

from moonhop.cli import FAILED, OK, context
from moonhop.cli.acting import process_path
from moonhop.cli.output import print_json
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop clone p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")


def run(options: argparse.Namespace) -> int:
    """Clone it."""
    process = context.client(options).post(f"{process_path(options.pid)}/clone")
    if options.json:
        print_json(process)
        return FAILED if process["state"] == "failed" else OK
    if process["state"] == "failed":
        raise MoonhopError(f"{process['pid']} {process['name']} failed: {process['reason']}")
    print(f"{process['pid']} is a copy of {options.pid}")
    return OK
