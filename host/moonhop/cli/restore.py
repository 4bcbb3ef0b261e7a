"""``moonhop restore``: start a process from a file that ``moonhop snapshot`` wrote."""

import argparse
import sys

from moonhop.cli import FAILED, OK, context
from moonhop.cli.output import print_json
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop restore p1.snapshot"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", metavar="FILE", help="- for standard input")


def run(options: argparse.Namespace) -> int:
    """Start it."""
    try:
        if options.file == "-":
            body = sys.stdin.buffer.read()
        else:
            with open(options.file, "rb") as file:
                body = file.read()
    except OSError as error:
        raise MoonhopError(f"cannot read {options.file}: {error.strerror}") from None
    process = context.client(options).put("/api/restore", body)
    if options.json:
        print_json(process)
        return FAILED if process["state"] == "failed" else OK
    if process["state"] == "failed":
        raise MoonhopError(f"{process['pid']} {process['name']} failed: {process['reason']}")
    where = f"on {process['node']}" if process["node"] else f"waits: {process['reason']}"
    print(f"{process['pid']} {process['name']} {where}")
    return OK
