"""Nodes of either kind whose wire to the broker can be cut."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from moonhop.host import Host
from moonhop.local_workers import Worker
from moonhop.scheduler.rows import NewProcess, Terms
from tests.host.fleet import WAIT, until_printed
from tests.host.mqtt import MqttClient
from tests.sessions.proxy import Proxy


async def start_behind(host: Host, proxy: Proxy, kind: str, name: str) -> Worker:
    """Start a node whose wire to the broker is a proxy, and wait until it is there."""
    config = replace(host.add_node(name), mqtt_port=proxy.port)
    start = host.workers.start_cpython if kind == "cpython" else host.workers.start_micropython
    worker = await start(config)
    await host.wait_for_worker(worker, 60)  # a board's files may have to be made first
    return worker


async def run(
    host: Host,
    source: bytes,
    node: str,
    *args: str,
    terms: Terms = Terms(),  # noqa: B008
) -> str:
    """Run a program on a node; return its pid when it has printed its first line."""
    program = host.programs.add(source, "test.lua")
    row = host.scheduler.submit(NewProcess("test", program.hash, list(args), node, terms=terms))
    await host.scheduler.wait_started(row.pid, WAIT)
    await until_printed(host, row.pid, 1)
    return row.pid


async def until(host: Host, done: Callable[[], bool], seconds: float = WAIT) -> None:
    """Wait until something outside the host holds, looking often."""
    for _ in range(int(seconds / 0.02)):
        if done():
            return
        await host.scheduler.wait_until(done, 0.02)
    assert done()


@asynccontextmanager
async def ear(host: Host, filter: str) -> AsyncIterator[list[str]]:
    """Give a list of the payloads that come on topics of a filter, by a client of its own."""
    config = host.add_node("ear")
    heard: list[str] = []
    client = MqttClient(config.mqtt_port, config.user, config.password, "ear")
    client.client.on_message = lambda _c, _u, message: heard.append(message.payload.decode())
    await asyncio.to_thread(client.__enter__)
    try:
        await asyncio.to_thread(client.subscribe, filter)
        yield heard
    finally:
        await asyncio.to_thread(client.__exit__, None, None, None)


async def until_lost(host: Host, node: str) -> None:
    await until(host, lambda: not host.scheduler.fleet.nodes[node].ready)


async def until_back(host: Host, node: str) -> None:
    await until(host, lambda: host.scheduler.fleet.nodes[node].usable)


async def until_more(host: Host, count: Callable[[], float], more: float) -> None:
    """Wait until something that counts up is so much further."""
    before = count()
    await until(host, lambda: count() > before + more)
