"""``moonhop kill``: end a process at once, in the middle of a turn."""

import argparse

from moonhop.cli.acting import act

EXAMPLE = "moonhop kill p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    return act(options, "kill")
