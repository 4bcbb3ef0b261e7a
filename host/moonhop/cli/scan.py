"""``moonhop scan``: list the serial ports where boards may be, the hosts in the network, and the
fleet's nodes."""

import argparse
import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING

from moonhop.cli import OK, context
from moonhop.cli.nodes import print_nodes
from moonhop.cli.output import print_json, print_table
from moonhop.cli.programs import reachable
from moonhop.cli.running import complain
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from moonhop.discovery import FleetHost

EXAMPLE = "moonhop scan --json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "--no-mdns", action="store_true", help="do not ask the network for hosts; saves 2 s"
    )


def run(options: argparse.Namespace) -> int:
    """Print the ports, the hosts that announce themselves, and the nodes if the fleet has a
    host."""
    from moonhop.boards.ports import find_ports
    from moonhop.discovery import find_hosts

    with ThreadPoolExecutor(1) as aside:
        asking = None if options.no_mdns else aside.submit(lambda: asyncio.run(find_hosts()))
        ports = find_ports()
        client = reachable(options)
        nodes = None if client is None else client.get("/api/nodes")
        hosts = _answer(asking) if asking else None
    if options.json:
        told = None if hosts is None else [asdict(host) for host in hosts]
        print_json({"ports": [asdict(port) for port in ports], "nodes": nodes, "hosts": told})
        return OK
    if ports:
        rows = [(port.device, port.usb or "-", port.description or "-") for port in ports]
        print_table(("PORT", "USB", "WHAT"), rows)
    else:
        print("no serial ports; plug a board in by USB")
    print()
    if hosts is not None:
        _print_hosts(hosts)
        print()
    if nodes:
        print_nodes(nodes)
    elif nodes is None:
        print(f"no host runs for fleet {context.fleet_name(options)}; start one with: moonhop up")
    else:
        print("no nodes; make a board one with: moonhop flash, or moonhop board deploy")
    return OK


def _answer(asking: "Future[list[FleetHost]]") -> "list[FleetHost] | None":
    """Return the hosts that were found; None, and a warning, if the network cannot be asked."""
    try:
        return asking.result()
    except MoonhopError as error:
        complain(MoonhopError(f"the network cannot be asked for hosts by mDNS: {error}"))
        return None


def _print_hosts(hosts: "list[FleetHost]") -> None:
    if not hosts:
        print(
            "no host announces itself in the network; one does with: moonhop up --address 0.0.0.0"
        )
        return
    rows = [
        (host.fleet, " ".join(host.addresses), host.port, host.mqtt or "-", host.version)
        for host in hosts
    ]
    print_table(("FLEET", "ADDRESS", "PORT", "MQTT", "VERSION"), rows)
