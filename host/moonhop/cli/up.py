"""``moonhop up``: start a host and stay until Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
from dataclasses import asdict
from typing import TYPE_CHECKING

from moonhop.cli import OK, context
from moonhop.cli.output import print_json

if TYPE_CHECKING:
    from moonhop.host import Host

EXAMPLE = "moonhop up --fleet lab --port 8080"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--port", type=port, default=0, help="of the HTTP server (default: free)")
    parser.add_argument("--mqtt-port", type=port, default=0, help="of the broker (default: free)")
    parser.add_argument(
        "--address", default="127.0.0.1", help="to listen on (default: this machine only)"
    )
    parser.add_argument(
        "--broker",
        metavar="URL",
        help="mqtt://USER:PASSWORD@HOST:PORT of a broker to use instead of an own one",
    )
    parser.add_argument("--no-worker", action="store_true", help="start no local worker")
    parser.add_argument("--node", default="local", help="the local worker's id (default: local)")
    parser.add_argument(
        "--micropython", action="store_true", help="start a worker on MicroPython, id micropython"
    )


def run(options: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    from moonhop.broker.external import ExternalBroker
    from moonhop.host import Host, Ports

    broker = ExternalBroker.parse(options.broker) if options.broker else None
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    ports = Ports(options.address, options.port, options.mqtt_port)
    async with Host(context.state(options), ports, broker=broker) as host:
        if options.json:
            print_json(asdict(host.address))
        else:
            print(f"fleet   {host.state.fleet}")
            print(f"server  {host.address.url}")
            print(f"broker  mqtt://{host.address.mqtt_host}:{host.address.mqtt_port}")
            print(f"state   {host.state.folder}", flush=True)
        starting = asyncio.ensure_future(_start_workers(host, options))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()  # what went wrong with a worker
        if not options.json and not stop.is_set():
            print("ready   Ctrl-C ends it", flush=True)
        await stopping
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting
    return OK


async def _start_workers(host: "Host", options: argparse.Namespace) -> None:
    """Start the workers asked for. Raises MoonhopError if one does not come up."""
    workers = []
    if not options.no_worker:
        workers.append(await host.workers.start_cpython(host.add_node(options.node)))
    if options.micropython:
        workers.append(await host.workers.start_micropython(host.add_node("micropython")))
    for worker in workers:
        await host.wait_for_worker(worker)
        if not options.json:
            print(f"node    {worker.node}", flush=True)


def port(text: str) -> int:
    """Return a port number. Raises ValueError, which argparse explains."""
    number = int(text)
    if not 0 <= number < 65536:
        raise ValueError
    return number
