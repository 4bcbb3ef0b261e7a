"""The broker is killed and started again: all re-join, and what it had acknowledged is not lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from moonhop.broker.external import ExternalBroker
from moonhop.credentials import Credentials
from moonhop.host import Host
from moonhop.local_workers import LocalWorkers, NodeConfig
from moonhop.scheduler.scheduler import Patience
from moonhop.state import State
from tests.brokers import MosquittoBroker, free_port
from tests.host.fleet import COUNTER, on_host
from tests.host.mqtt import MqttClient
from tests.host.shell import Shell
from tests.host.up_command import running
from tests.sessions.conftest import USERS
from tests.sessions.listener import LISTENER, all_heard
from tests.sessions.publisher import Publisher
from tests.sessions.world import run, until, until_more

RATE = 100  # messages a second
LONG = Patience(silence=30.0, lost=30.0)
WAIT = 40.0  # seconds


def test_fleet_goes_on_when_mosquitto_is_killed_and_started_again(tmp_path: Path) -> None:
    """NMP-054. mosquitto acknowledges before it saves, so it is killed when it has saved."""
    (tmp_path / "store").mkdir()
    mosquitto = MosquittoBroker(USERS, tmp_path / "store")
    mosquitto.start()
    external = ExternalBroker(mosquitto.host, mosquitto.port, "fleet", USERS["fleet"])

    async def scenario(host: Host) -> None:
        config = host.add_node("a")
        for worker in (
            await host.workers.start_cpython(config),
            await host.workers.start_micropython(host.add_node("board")),
        ):
            await host.wait_for_worker(worker, 60)
        pids = [await run(host, LISTENER, node, "repeated", "in/x") for node in ("a", "board")]
        async with Publisher(host.add_node("publisher"), "in/x", RATE) as publisher:
            for turn in range(2):
                await until_more(host, lambda: publisher.sent, 50)
                await publisher.pause()
                await asyncio.to_thread(until_saved, mosquitto, config, f"turn {turn}")
                mosquitto.kill()
                publisher.go_on()
                await until_more(host, lambda: publisher.sent, 50)
                mosquitto.start()
                moment = asyncio.get_running_loop().time()
                nodes = host.scheduler.fleet.nodes.values()
                await until(host, lambda: all(n.heard > moment for n in nodes), WAIT)  # noqa: B023
            await publisher.stop()
        for pid in pids:
            await all_heard(host, pid, publisher.sent, 1)
            row = host.store.process(pid)
            assert (row.state, row.epoch) == ("running", 1)

    try:
        on_host(tmp_path / "home", scenario, LONG, external)
    finally:
        mosquitto.stop()


def until_saved(broker: MosquittoBroker, config: NodeConfig, text: str) -> None:
    """Wait until mosquitto has saved all that it has acknowledged."""
    with MqttClient(broker.port, config.user, config.password) as client:
        client.publish("marker", text.encode(), retain=True)
        while not broker.has_stored(text.encode()):
            client.publish("other", b"")  # it looks at what it has to save when something happens


def test_fleet_goes_on_when_the_host_and_its_broker_are_killed_and_started_again(
    tmp_path: Path,
) -> None:
    """NMP-054: whatever the moment."""
    asyncio.run(asyncio.wait_for(host_is_killed(tmp_path), 110))


async def host_is_killed(home: Path) -> None:
    http, mqtt = free_port(), free_port()
    credentials = Credentials(State("lab", home))
    shell = Shell(home)
    shell.env["MOONHOP_FLEET"] = "lab"
    (home / "listener.lua").write_bytes(LISTENER)
    (home / "counter.lua").write_bytes(COUNTER)

    def config(name: str) -> NodeConfig:
        password = credentials.add_node(name)
        url = f"http://127.0.0.1:{http}"
        return NodeConfig(name, "lab", password, "127.0.0.1", mqtt, url, name, password)

    async def do(*args: str) -> list[str]:
        result = await asyncio.to_thread(shell, *args)
        assert result.returncode == 0, result
        return result.stdout.decode().splitlines()

    async def heard(pid: str) -> int:
        lines = [line for line in await do("logs", pid) if "heard" in line]
        return int(lines[-1].split()[-1]) if lines else 0

    configs = [config(name) for name in ("a", "board")]
    publishing = config("publisher")
    up = ["up", "--no-worker", "--port", str(http), "--mqtt-port", str(mqtt)]
    async with running(shell, up) as host, local_workers(home, *configs):
        while len([line for line in await do("nodes") if "ready" in line]) < 2:
            pass
        await do("run", "listener.lua", "--on", "a", "--", "numbers", "in/x")
        await do("run", "listener.lua", "--on", "board", "--", "numbers", "in/x")
        await do("run", "--on", "a", "counter.lua")
        async with Publisher(publishing, "in/x", RATE) as publisher:
            for _ in range(3):
                before = publisher.sent
                while publisher.sent < before + 60:
                    await asyncio.sleep(0.01)
                host.kill()
                await host.start()
            await publisher.stop()
        with MqttClient(mqtt, "publisher", publishing.password) as client:
            for pid in ("p1", "p2"):
                while await heard(pid) < publisher.sent:
                    await asyncio.to_thread(client.publish, "tell", b"")
                assert await heard(pid) == publisher.sent
                assert "wrong" not in "".join(await do("logs", pid))
        counted = [int(re.findall(r"\d+", line)[-1]) for line in await do("logs", "p3")]
        assert len(counted) > 300
        assert counted == list(range(1, len(counted) + 1))


@asynccontextmanager
async def local_workers(home: Path, cpython: NodeConfig, board: NodeConfig) -> AsyncIterator[None]:
    workers = LocalWorkers(home / "workers")
    await workers.start_cpython(cpython)
    await workers.start_micropython(board)
    try:
        yield
    finally:
        await workers.stop()
