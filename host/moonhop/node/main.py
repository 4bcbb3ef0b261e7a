"""The worker program: joins a fleet and stays until it is told to end."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from moonhop.node.config import Config
from moonhop.node.runtime import Node
from moonhop_core.errors import MoonhopError


def main(arguments: list[str] | None = None) -> int:
    """Run a worker until SIGTERM or SIGINT; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m moonhop.node", description="Run a worker of a moonhop fleet."
    )
    parser.add_argument("--config", required=True, type=Path, metavar="FILE", help="JSON file")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(serve(Config.read(options.config)))
    except MoonhopError as error:
        print(f"moonhop: {error}", file=sys.stderr)
        return 1
    return 0


async def serve(config: Config) -> None:
    """Run a worker until SIGTERM or SIGINT. Raises MoonhopError if it cannot join."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    node = Node(config)
    await node.start()
    try:
        await over.wait()
    finally:
        await node.stop()
