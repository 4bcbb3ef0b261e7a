"""``moonhop resume``: let a paused process go on."""

import argparse

from moonhop.cli.acting import act

EXAMPLE = "moonhop resume p1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("pid", metavar="PID")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    return act(options, "resume")
