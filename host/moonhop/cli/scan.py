"""``moonhop scan``: list the serial ports where boards may be."""

import argparse
from dataclasses import asdict

from moonhop.cli import OK
from moonhop.cli.output import print_json, print_table

EXAMPLE = "moonhop scan --json"


def configure(_: argparse.ArgumentParser) -> None:
    """Add nothing."""


def run(options: argparse.Namespace) -> int:
    """Print the ports."""
    from moonhop.boards.ports import find_ports

    ports = find_ports()
    if options.json:
        print_json([asdict(port) for port in ports])
    elif ports:
        rows = [(port.device, port.usb or "-", port.description or "-") for port in ports]
        print_table(("PORT", "USB", "WHAT"), rows)
    else:
        print("no serial ports; plug a board in by USB")
    return OK
