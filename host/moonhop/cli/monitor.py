"""``moonhop monitor``: show a board's console (a port that goes away is waited for), or what a node
says to the fleet."""

import argparse
import asyncio
import codecs
import sys
import time
from urllib.parse import quote

from moonhop.cli import OK, context
from moonhop.cli.output import print_json
from moonhop.cli.ports import is_port
from moonhop_core.errors import MoonhopError

EXAMPLE = "moonhop monitor /dev/ttyUSB0"
AGAIN = 0.3  # seconds between two attempts to open a port that is gone


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "port",
        nargs="?",
        metavar="PORT|NODE",
        help="a serial port, also socket://HOST:PORT (default: the only USB port); or a node",
    )
    parser.add_argument("--baud", type=int, help="default: 115200")


def run(options: argparse.Namespace) -> int:
    """Print what it says, without the frames of a bridged board, until Ctrl-C."""
    from moonhop.boards.ports import choose_port, find_ports
    from moonhop.boards.repl import BAUD

    port = options.port or choose_port(find_ports())
    if not is_port(port):
        return _follow(options)
    asyncio.run(_monitor(port, options.baud or BAUD, options.json))
    return OK


def _follow(options: argparse.Namespace) -> int:
    """Print what a node says, without an end."""
    path = f"/api/nodes/{quote(options.port, safe='')}/monitor"
    for line in context.client(options).events(path):
        if options.json:
            print_json(line)
        else:
            moment = time.strftime("%H:%M:%S", time.localtime(line["time"]))
            print(f"{moment} {line['pid'] or '-':<5} {line['kind']:<7} {line['text']}")
        sys.stdout.flush()
    return OK


async def _monitor(port: str, baud: int, as_json: bool) -> None:
    from moonhop.bridge.line import Line
    from moonhop_core.serial.frames import Splitter

    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def show(data: bytes) -> None:
        text = decoder.decode(data)
        if as_json:
            print_json({"port": port, "text": text})
        else:
            sys.stdout.write(text.replace("\r\n", "\n"))
        sys.stdout.flush()

    opened = False
    while True:
        try:
            async with Line(port, Splitter(lambda _: None, show).feed, baud) as line:
                print(f"moonhop: {port} is open (Ctrl-C ends)", file=sys.stderr, flush=True)
                opened = True
                await line.broken.wait()
        except MoonhopError:
            if not opened:
                raise
            await asyncio.sleep(AGAIN)
            continue
        print(f"moonhop: {port} is gone; plug it in again", file=sys.stderr, flush=True)
