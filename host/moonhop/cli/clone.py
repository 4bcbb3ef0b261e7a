"""``moonhop clone``: start a second process that goes on from where a process is."""

import argparse

from moonhop.cli import OK, context
from moonhop.cli.acting import process_path
from moonhop.cli.output import print_json

EXAMPLE = "moonhop clone p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")


def run(options: argparse.Namespace) -> int:
    """Clone it."""
    process = context.client(options).post(f"{process_path(options.pid)}/clone")
    print_json(process) if options.json else print(f"{process['pid']} is a copy of {options.pid}")
    return OK
