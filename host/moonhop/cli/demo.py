"""``moonhop demo``: see a program hop between two unlike nodes."""

import argparse
import asyncio

EXAMPLE = "moonhop demo --rows 240"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "--rows", type=int, default=240, help="of the recorded readings to work on (default: 240)"
    )
    parser.add_argument(
        "--heap", help="of the MicroPython worker (default: that of boards/virtual.toml, 224K)"
    )


def run(options: argparse.Namespace) -> int:
    """Run the demonstration."""
    from moonhop.demo.run import run_demo

    return asyncio.run(run_demo(max(options.rows, 30), options.heap, as_json=options.json))
