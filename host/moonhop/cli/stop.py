"""``moonhop stop``: stop a process."""

import argparse

from moonhop.cli.acting import act

EXAMPLE = "moonhop stop p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")
    parser.add_argument("--kill", action="store_true", help="at once, as moonhop kill does")


def run(options: argparse.Namespace) -> int:
    """Stop it."""
    return act(options, "kill" if options.kill else "stop")
