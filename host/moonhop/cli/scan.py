"""``moonhop scan``: list the serial ports where boards may be, and the fleet's nodes."""

import argparse
from dataclasses import asdict

from moonhop.cli import OK, context
from moonhop.cli.nodes import print_nodes
from moonhop.cli.output import print_json, print_table
from moonhop.cli.programs import reachable

EXAMPLE = "moonhop scan --json"


def configure(_: argparse.ArgumentParser) -> None:
    """Add nothing."""


def run(options: argparse.Namespace) -> int:
    """Print the ports, and the nodes if the fleet has a host."""
    from moonhop.boards.ports import find_ports

    ports = find_ports()
    client = reachable(options)
    nodes = None if client is None else client.get("/api/nodes")
    if options.json:
        print_json({"ports": [asdict(port) for port in ports], "nodes": nodes})
        return OK
    if ports:
        rows = [(port.device, port.usb or "-", port.description or "-") for port in ports]
        print_table(("PORT", "USB", "WHAT"), rows)
    else:
        print("no serial ports; plug a board in by USB")
    print()
    if nodes:
        print_nodes(nodes)
    elif nodes is None:
        print(f"no host runs for fleet {context.fleet_name(options)}; start one with: moonhop up")
    else:
        print("no nodes; make a board one with: moonhop flash, or moonhop board deploy")
    return OK
