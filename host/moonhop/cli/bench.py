"""``moonhop bench``: measure moonhop on this machine, or a node of the running fleet."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from moonhop.cli import OK, context
from moonhop.cli.output import print_json

if TYPE_CHECKING:
    from moonhop.bench.figures import Figure
    from moonhop.bench.measurements import Effort

EXAMPLE = "moonhop bench --node shed-1"
RESULTS = "bench.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="start, memory, hop, message, recovery, sim, files, crowd or dhrystone; none: all of "
        f"them and, in a checkout, the language programs, with all figures in {RESULTS} too",
    )
    parser.add_argument(
        "--node",
        metavar="NODE",
        help="instead, measure a node of the fleet that is up: heap, starts, messages, Dhrystone, "
        "hops; virtual:96k,128k,192k: virtual boards with these heaps, which need no fleet",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few repeats: a first look, no figures"
    )


def run(options: argparse.Namespace) -> int:
    """Measure; say how far it is on stderr, the figures on stdout."""
    from moonhop.bench import checkout
    from moonhop.bench.figures import print_figures
    from moonhop.bench.measurements import Effort, check, measure
    from moonhop_core.errors import MoonhopError

    effort = Effort(0.1 if options.quick else 1.0, say)
    if options.node and options.what:
        raise MoonhopError(f"--node has measurements of its own; leave {options.what[0]!r} out")
    figures = _of_node(options, effort) if options.node else []
    for name in [] if options.node else check(options.what):
        figures += measure(name, effort)
    if not options.node and not options.what:
        try:
            figures += checkout.language_table(options.quick)
        except MoonhopError as error:
            say(str(error))
        content = json.dumps([figure.as_dict() for figure in figures], indent=1)
        Path(RESULTS).write_text(content + "\n", encoding="utf-8")
    if options.json:
        print_json([figure.as_dict() for figure in figures])
    else:
        print_figures(figures)
    return OK


def _of_node(options: argparse.Namespace, effort: "Effort") -> "list[Figure]":
    from moonhop.bench.node import measure_node
    from moonhop.bench.virtual_boards import PREFIX, heaps_of, measure_virtual

    if options.node.startswith(PREFIX):
        return asyncio.run(measure_virtual(heaps_of(options.node), effort))
    return asyncio.run(measure_node(context.client(options), options.node, effort))


def say(line: str) -> None:
    """Tell how far it is."""
    print(f"moonhop: {line}", file=sys.stderr, flush=True)
