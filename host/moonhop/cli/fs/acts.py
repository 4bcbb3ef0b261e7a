"""How an act of ``moonhop fs`` is made known to the command line."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moonhop.cli.client import Client
from moonhop.cli.running import common

if TYPE_CHECKING:
    Acts = argparse._SubParsersAction[argparse.ArgumentParser]
    # does it, and returns what --json prints
    Do = Callable[[Client, argparse.Namespace], Any]


def add_act(acts: "Acts", name: str, what: str, example: str, do: "Do") -> argparse.ArgumentParser:
    """Add an act and return its parser, for its arguments."""
    parser = acts.add_parser(
        name,
        help=what,
        description=what[0].upper() + what[1:] + ".",
        epilog=f"example:\n  moonhop fs {name} {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    common(parser, below=True)
    parser.set_defaults(do=do)
    return parser


def at_least_1(text: str) -> int:
    """Return a version's number. Raises ArgumentTypeError, which argparse tells."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no version; they count 1, 2, 3 …")
    return int(text)
