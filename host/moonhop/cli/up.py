"""``moonhop up``: start a host and stay until Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonhop.boards.things import things_in
from moonhop.cli import OK, context
from moonhop.cli.output import print_json
from moonhop.cli.running import complain
from moonhop_core import __version__
from moonhop_core.errors import MoonhopError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from moonhop.host import Host
    from moonhop.local_workers import NodeConfig, Worker
    from moonhop.state import State

    Start = Callable[[NodeConfig], Awaitable[Worker]]

AGAIN = (0.5, 30.0)  # seconds before a worker is started anew the first time, and at the most
WELL = 60.0  # seconds after which a worker ran well
EXAMPLE = "moonhop up --fleet lab --port 8080"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--port", type=port, default=0, help="of the HTTP server (default: free)")
    parser.add_argument("--mqtt-port", type=port, default=0, help="of the broker (default: free)")
    parser.add_argument(
        "--address", default="127.0.0.1", help="to listen on (default: this machine only)"
    )
    parser.add_argument(
        "--no-announce",
        action="store_true",
        help="do not tell the network by mDNS that the host is there (it is told of one that the "
        "network reaches; moonhop scan lists them)",
    )
    parser.add_argument(
        "--broker",
        metavar="URL",
        help="mqtt://USER:PASSWORD@HOST:PORT of a broker to use instead of an own one",
    )
    parser.add_argument(
        "--blobs",
        metavar="URL",
        help="where large files are kept from now on, such as s3://bucket/prefix with credentials "
        "from the environment (needs moonhop[s3]); folder: in the state folder",
    )
    parser.add_argument(
        "--standby", action="store_true", help="wait, and take over when the fleet has no host"
    )
    parser.add_argument("--no-worker", action="store_true", help="start no local worker")
    parser.add_argument("--node", default="local", help="the local worker's id (default: local)")
    parser.add_argument(
        "--micropython", action="store_true", help="start a worker on MicroPython, id micropython"
    )

    parser.add_argument(
        "--things",
        metavar="FILE",
        help="TOML file of sensors and actuators for these workers (docs/things.md)",
    )


def run(options: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    from moonhop.broker.external import ExternalBroker
    from moonhop.host import Host, Ports
    from moonhop.state import HostRunning

    broker = ExternalBroker.parse(options.broker) if options.broker else None
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.ensure_future(stop.wait())
    ports = Ports(options.address, options.port, options.mqtt_port)
    state = context.state(options)
    while not options.standby or await _turn(state, options, stopping):
        try:
            tell = partial(_tell, options)
            entering = Host(
                state,
                ports,
                broker=broker,
                standby=options.standby,
                tell=tell,
                blobs=options.blobs,
            )
            async with _unless(stopping, entering) as host:
                if host is not None:
                    await _stay(host, options, stopping)
            break
        except HostRunning:  # another one that stood by was quicker
            if not options.standby:
                raise
    return OK


@contextlib.asynccontextmanager
async def _unless(stopping: "asyncio.Task[Any]", host: "Host") -> "AsyncIterator[Host | None]":
    """Start a host and stop it; None if the end comes while it starts."""
    async with contextlib.AsyncExitStack() as stack:
        starting = asyncio.ensure_future(stack.enter_async_context(host))
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait([starting])
        yield None if starting.cancelled() else starting.result()


def _tell(options: argparse.Namespace, reason: str) -> None:
    """Tell why a host waits for its turn."""
    if not options.json:
        print(f"standby fleet {context.state(options).fleet}: {reason}", flush=True)


async def _turn(state: "State", options: argparse.Namespace, stopping: "asyncio.Task[Any]") -> bool:
    """Stand by; tell whether it is this host's turn, and not the end."""
    from moonhop.standby import wait_for_turn

    pid = state.holder()
    if pid and not options.json:
        print(f"standby fleet {state.fleet}: process {pid} is its host", flush=True)
    turn = asyncio.ensure_future(wait_for_turn(state))
    await asyncio.wait([turn, stopping], return_when=asyncio.FIRST_COMPLETED)
    if stopping.done():
        turn.cancel()
        return False
    turn.result()
    return True


async def _stay(host: "Host", options: argparse.Namespace, stopping: "asyncio.Task[Any]") -> None:
    """Say where the host is, and have its workers; until the end."""
    if options.json:
        print_json(asdict(host.address))
    else:
        print(f"fleet   {host.state.fleet}")
        print(f"server  {host.address.url}")
        print(f"broker  mqtt://{host.address.mqtt_host}:{host.address.mqtt_port}")
        print(f"state   {host.state.folder}", flush=True)
    starting = asyncio.ensure_future(_start_workers(host, options))
    tasks: list[asyncio.Future[Any]] = [starting]
    if not options.no_announce:
        tasks.append(asyncio.ensure_future(_announce(host, options)))
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        for node, start in starting.result():  # or what went wrong with a worker
            tasks.append(asyncio.ensure_future(_keep(host, node, start)))
    if not options.json and not stopping.done():
        print("ready   Ctrl-C ends it", flush=True)
    deposed = host.lease.deposed if host.lease else stopping
    await asyncio.wait([stopping, deposed], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if not stopping.done():
        raise MoonhopError(
            f"fleet {host.state.fleet!r} has another host now: {deposed.result()};"
            " this one had lost the broker for too long, and ends"
        )


async def _announce(host: "Host", options: argparse.Namespace) -> None:
    """Have the network know of the host until cancelled, if the network reaches it; what hinders
    that is told, and no more."""
    from moonhop.discovery import FleetHost, announced, network_addresses

    mqtt = None if options.broker else host.address.mqtt_port
    try:
        addresses = await asyncio.to_thread(network_addresses, options.address)
        if not addresses:
            return
        found = FleetHost(host.state.fleet, addresses, host.web.port, mqtt, __version__)
        async with announced(found, host.state.identity()):
            await asyncio.Event().wait()
    except MoonhopError as error:
        complain(MoonhopError(f"the network is not told of the host by mDNS: {error}"))


async def _start_workers(host: "Host", options: argparse.Namespace) -> "list[tuple[str, Start]]":
    """Start the workers asked for, but those that a killed host has left; return how each is
    started. Raises MoonhopError if one does not come up."""
    things = things_in(Path(options.things)) if options.things else None
    wanted: list[tuple[str, Start]] = []
    if not options.no_worker:
        wanted.append((options.node, partial(host.workers.start_cpython, things=things)))
    if options.micropython:
        wanted.append(("micropython", partial(host.workers.start_micropython, things=things)))
    found = [host.workers.of(node) or await start(host.add_node(node)) for node, start in wanted]
    for worker in found:
        await host.wait_for_worker(worker)
        if not options.json:
            print(f"node    {worker.node}", flush=True)
    return wanted


async def _keep(host: "Host", node: str, start: "Start") -> None:
    """Start a node's worker again whenever it has ended by itself, later each time unless it ran
    well for a while."""
    clock = asyncio.get_running_loop().time
    delay = AGAIN[0]
    while True:
        worker = host.workers.of(node)
        if worker is not None:
            began = clock()
            await worker.ended()
            delay = AGAIN[0] if clock() - began > WELL else min(2 * delay, AGAIN[1])
        complain(MoonhopError(f"the worker of node {node} has ended; it starts again"))
        await asyncio.sleep(delay)
        try:
            await start(host.add_node(node))
        except MoonhopError as error:
            complain(error)


def port(text: str) -> int:
    """Return a port number. Raises ValueError, which argparse explains."""
    number = int(text)
    if not 0 <= number < 65536:
        raise ValueError
    return number
