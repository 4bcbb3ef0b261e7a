"""``moonhop logs``: show what a process printed and logged."""

import argparse
from urllib.parse import quote, urlencode

from moonhop.cli import OK, context
from moonhop.cli.output import print_json, print_line

EXAMPLE = "moonhop logs p1 -f"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")
    parser.add_argument("-f", "--follow", action="store_true", help="go on until the process ends")
    parser.add_argument("-n", "--last", type=int, metavar="N", help="only the last N lines")


def run(options: argparse.Namespace) -> int:
    """Print the lines."""
    client = context.client(options)
    query = {} if options.last is None else {"last": max(options.last, 0)}
    path = f"/api/processes/{quote(options.pid, safe='')}/logs"
    if options.follow:
        lines = client.events(f"{path}?{urlencode({**query, 'follow': 'true'})}")
    else:
        lines = iter(client.get(f"{path}?{urlencode(query)}"))
    for line in lines:
        print_json(line) if options.json else print_line(line)
    return OK
