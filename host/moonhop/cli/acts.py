"""How an act of a verb, as ``ls`` of ``moonhop fs``, is made known to the command line."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moonhop.cli.running import common

if TYPE_CHECKING:
    Acts = argparse._SubParsersAction[argparse.ArgumentParser]
    Do = Callable[..., Any]  # does it, given what its verb has and the options


def add_act(acts: "Acts", name: str, what: str, example: str, do: "Do") -> argparse.ArgumentParser:
    """Add an act and return its parser, for its arguments."""
    parser = acts.add_parser(
        name,
        help=what,
        description=what[0].upper() + what[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.epilog = f"example:\n  {parser.prog} {example}"
    common(parser, below=True)
    parser.set_defaults(do=do)
    return parser


def at_least_1(text: str) -> int:
    """Return a version's number. Raises ArgumentTypeError, which argparse tells."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no version; they count 1, 2, 3 …")
    return int(text)
