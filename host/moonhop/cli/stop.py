"""``moonhop stop``: stop a process."""

import argparse
from urllib.parse import quote

from moonhop.cli import OK, context
from moonhop.cli.output import print_json

EXAMPLE = "moonhop stop p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")
    parser.add_argument("--kill", action="store_true", help="at once, in the middle of a turn")


def run(options: argparse.Namespace) -> int:
    """Stop it."""
    verb = "kill" if options.kill else "stop"
    path = f"/api/processes/{quote(options.pid, safe='')}/{verb}"
    process = context.client(options).post(path)
    print_json(process) if options.json else print(f"{process['pid']} stopped")
    return OK
