"""``moonhop bench``: measure moonhop on this machine."""

import argparse
import json
import sys
from pathlib import Path

from moonhop.cli import OK
from moonhop.cli.output import print_json

EXAMPLE = "moonhop bench hop message"
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
        "--quick", action="store_true", help="few repeats: a first look, no figures"
    )


def run(options: argparse.Namespace) -> int:
    """Measure; say how far it is on stderr, the figures on stdout."""
    from moonhop.bench import checkout
    from moonhop.bench.figures import print_figures
    from moonhop.bench.measurements import Effort, check, measure
    from moonhop_core.errors import MoonhopError

    names = check(options.what)
    effort = Effort(0.1 if options.quick else 1.0, say)
    figures = []
    for name in names:
        figures += measure(name, effort)
    if not options.what:
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


def say(line: str) -> None:
    """Tell how far it is."""
    print(f"moonhop: {line}", file=sys.stderr, flush=True)
