"""``moonhop bridge``: have boards without a network join over their serial ports."""

import argparse
import asyncio
import sys
from collections.abc import Callable

from moonhop.cli import OK, context
from moonhop.cli.output import print_json
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop bridge /dev/ttyUSB0"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "ports",
        nargs="*",
        metavar="PORT",
        help="the boards' ports, also socket://HOST:PORT (default: the only USB port)",
    )
    parser.add_argument("--baud", type=int, help="default: 115200")


def run(options: argparse.Namespace) -> int:
    """Bridge until Ctrl-C; what the boards print goes to stdout, what happens to stderr."""
    from moonhop.boards.ports import choose_port, find_ports
    from moonhop.boards.repl import BAUD
    from moonhop.bridge.bridge import Bridge
    from moonhop.bridge.places import places

    state = context.state(options)
    state.address()  # there is a host
    ports = options.ports or [choose_port(find_ports())]

    def teller(port: str) -> Callable[[str, str], None]:
        where = f"{port}: " if len(ports) > 1 else ""

        def tell(kind: str, text: str) -> None:
            if options.json:
                print_json({"port": port, "kind": kind, "text": text})
                sys.stdout.flush()
            elif kind == "text":
                print(where + text, flush=True)
            else:
                print(f"moonhop: {where}{SAYS[kind].format(text)}", file=sys.stderr, flush=True)

        return tell

    async def serve() -> None:
        async with asyncio.TaskGroup() as group:
            for port in ports:
                tell = teller(port)
                bridge = Bridge(
                    port, state.fleet, places(state.address), tell, options.baud or BAUD
                )
                group.create_task(bridge.run())

    try:
        asyncio.run(serve())
    except ExceptionGroup as group:  # of ports that do not open
        raise next((e for e in group.exceptions if isinstance(e, MoonhopError)), group) from None
    return OK


SAYS = {
    "open": "{} is open; waits for the board's worker (Ctrl-C ends)",
    "joined": "node {} is at the line",
    "left": "node {} has left the line",
    "unplugged": "{} is gone; plug it in again",
    "trouble": "{}",
}
