"""Parses a verb's arguments, carries it out, and turns what goes wrong into one line."""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from moonhop.cli import FAILED, INTERRUPTED, VERBS
from moonhop_core.errors import MoonhopError


class Verb(Protocol):
    """What a verb's file has."""

    EXAMPLE: str
    BEHIND: str  # if it is there: the argument that takes what stands behind "--"
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def run_verb(verb: str, arguments: Sequence[str]) -> int:
    """Carry out a verb and return the exit code."""
    module = cast(Verb, importlib.import_module(f"moonhop.cli.{verb}"))
    parser = argparse.ArgumentParser(
        prog=f"moonhop {verb}",
        description=VERBS[verb][0].upper() + VERBS[verb][1:] + ".",
        epilog=f"example:\n  {module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.configure(parser)
    common(parser)
    behind: list[str] = []
    if hasattr(module, "BEHIND") and "--" in arguments:  # argparse takes it before options only
        at = list(arguments).index("--")
        arguments, behind = arguments[:at], list(arguments[at + 1 :])
    try:
        options = parser.parse_args(arguments)
        if behind:
            setattr(options, module.BEHIND, getattr(options, module.BEHIND) + behind)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    if isinstance(sys.stdout, io.TextIOWrapper):  # what a terminal cannot show is no failure
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = module.run(options)
        sys.stdout.flush()
        return code
    except MoonhopError as error:
        return complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def common(parser: argparse.ArgumentParser, *, below: bool = False) -> None:
    """Add the options that every verb has; ``below`` a verb, to what may stand behind it too."""
    unset = {"default": argparse.SUPPRESS} if below else {}
    parser.add_argument(
        "--fleet",
        metavar="NAME",
        **unset,  # type: ignore[arg-type]
        help="the fleet; else MOONHOP_FLEET, else `fleet` in moonhop.toml, else home",
    )
    parser.add_argument("--json", action="store_true", help="print JSON", **unset)  # type: ignore[arg-type]


def complain(error: MoonhopError) -> int:
    """Tell on stderr what is wrong; a syntax error shows its line. Returns the exit code."""
    pretty = getattr(error, "pretty", None)
    text = pretty() if callable(pretty) else f"moonhop: {error}"
    print(text, file=sys.stderr)
    return FAILED
