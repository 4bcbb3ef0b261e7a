"""``moonhop pause``: let a process stand still."""

import argparse

from moonhop.cli.acting import act

EXAMPLE = "moonhop pause p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    return act(options, "pause")
