"""``moonhop hop``: bring a running process to another node."""

import argparse
from typing import Any
from urllib.parse import quote

from moonhop.cli import OK, context
from moonhop.cli.output import print_json

EXAMPLE = "moonhop hop p1 micropython"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")
    parser.add_argument("node", metavar="NODE")


def run(options: argparse.Namespace) -> int:
    """Hop, and tell how long it took."""
    path = f"/api/processes/{quote(options.pid, safe='')}/hop"
    report = context.client(options).post(path, {"node": options.node})
    print_json(report) if options.json else print(told(report))
    return OK


def told(report: dict[str, Any]) -> str:
    """Return a hop's report in words."""
    phases = ", ".join(f"{name} {ms:.1f}" for name, ms in report["phases"].items())
    return (
        f"{report['pid']} hopped from {report['source']} to {report['target']} "
        f"in {report['total']:.1f} ms ({phases})"
    )
