"""``moonhop events``: what happened in the fleet, and why."""

import argparse
import time
from typing import Any

from moonhop.cli import OK, context
from moonhop.cli.output import print_json

EXAMPLE = "moonhop events -f"
NEWEST = 50


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl-C")
    parser.add_argument(
        "-n", "--last", type=int, default=NEWEST, metavar="N", help="the newest N (default: 50)"
    )


def run(options: argparse.Namespace) -> int:
    """Print them, oldest first."""
    client = context.client(options)
    path = f"/api/events?after={-max(options.last, 0)}&limit={max(options.last, 1)}"
    if options.last <= 0 and not options.follow:
        return OK
    found = client.events(f"{path}&follow=true") if options.follow else iter(client.get(path))
    for event in found:
        print_json(event) if options.json else print(told(event), flush=True)
    return OK


def told(event: dict[str, Any]) -> str:
    """Return an event as a line."""
    moment = time.strftime("%H:%M:%S", time.localtime(event["time"]))
    who = " ".join(part for part in (event["pid"], event["node"]) if part)
    reason = f": {event['reason']}" if event["reason"] else ""
    return f"{moment} {event['kind']:<12} {who}{reason}"
