"""A board without a network is a node over its serial port."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from moonhop.boards.console import BoardConsole
from moonhop.boards.deploy import build_board_files
from moonhop.bridge.bridge import Bridge
from moonhop.bridge.streams import Place
from moonhop_core.serial import packets
from tests.brokers import Broker
from tests.node.fleet import FLEET, Fleet, run, with_counting_engine
from tests.serial.lossy import Lossy

NOWHERE = {"mqtt_host": "192.0.2.1", "mqtt_port": 9, "url": "http://192.0.2.1:9"}  # RFC 5737
DAMAGE = 0.001  # of each byte: every tenth frame or so


class Bridged:
    """A board at a bridge; what the bridge told is in ``told``."""

    def __init__(self, fleet: Fleet, console: BoardConsole, lossy: Lossy) -> None:
        self.fleet, self.console, self.lossy = fleet, console, lossy
        self.told: list[tuple[str, str]] = []
        self.bridge = Bridge(lossy.url, FLEET, self._find, self._tell)

    def _find(self, name: bytes) -> Place:
        broker = self.fleet.broker
        if name == packets.BROKER:
            return broker.host, broker.port
        host, _, port = self.fleet.url.removeprefix("http://").partition(":")
        return host, int(port)

    def _tell(self, kind: str, text: str) -> None:
        self.told.append((kind, text))
        self.fleet.changed()

    def lines(self) -> list[str]:
        return [text for kind, text in self.told if kind == "text"]

    def state(self) -> str | None:
        return self.fleet.births.get("node-a", {}).get("state")

    async def until(self, state: str) -> None:
        await self.fleet.until(lambda: self.state() == state, lambda: self.told)


@contextlib.asynccontextmanager
async def bridged(
    fleet: Fleet, folder: Path, seed: int = 0, rate: float = 0.0, noise: str = ""
) -> AsyncIterator[Bridged]:
    """Node-a, with the counting engine, at a bridge; ``noise`` is run by its main.py."""
    flash = folder / "flash"
    await asyncio.to_thread(build_board_files, flash, mpy=False, umqtt=True)
    with_counting_engine(flash)
    main = (flash / "main.py").read_text()
    (flash / "main.py").write_text(noise + main)
    (flash / "moonhop.json").write_text(json.dumps(fleet.config("node-a", bridge=True, **NOWHERE)))
    with BoardConsole(flash, "2M") as console:
        lossy = Lossy(console.url, seed, rate)
        await lossy.start()
        found = Bridged(fleet, console, lossy)
        work = asyncio.create_task(found.bridge.run())
        try:
            await found.until("ready")
            yield found
        finally:
            work.cancel()
            await asyncio.wait([work])
            await lossy.pull()


def test_board_without_a_network_joins_and_processes_hop_to_it_and_back(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        async with bridged(fleet, tmp_path) as board, fleet.cpython("node-b"):
            await fleet.run("node-b", "p1", fleet.program(interval=0.01, padding=2000))
            for place in ("node-a", "node-b", "node-a"):
                await fleet.more("p1")
                await fleet.hop("p1", place)
                assert await fleet.copies("p1", "node-a", "node-b") == [(place, "running")]
            await fleet.more("p1")
            assert fleet.outputs("p1") == list(range(1, len(fleet.outputs("p1")) + 1))
            assert any("node node-a is ready" in line for line in board.lines())

    run(body, broker)


CHATTER = """
import asyncio
run = asyncio.run

async def chatter(work):
    other = asyncio.create_task(work)
    n = 0
    while True:
        n += 1
        print("chatter", n)
        await asyncio.sleep(0.02)

asyncio.run = lambda work: run(chatter(work))
"""


def test_console_and_messages_share_the_line(broker: Broker, tmp_path: Path) -> None:
    async def body(fleet: Fleet) -> None:
        async with bridged(fleet, tmp_path, noise=CHATTER) as board:
            await fleet.run("node-a", "p1", fleet.program(interval=0.02))
            await fleet.more("p1", 30)
            said = [line for line in board.lines() if line.startswith("chatter")]
            assert len(said) > 30
            assert said == [f"chatter {n}" for n in range(1, len(said) + 1)]
            others = [line for line in board.lines() if line not in said]
            assert all(line.isprintable() for line in others), others
            assert fleet.outputs("p1") == list(range(1, len(fleet.outputs("p1")) + 1))

    run(body, broker)


async def hears_all(
    fleet: Fleet, board: Bridged, count: int, heard: Callable[[Fleet], list[str]]
) -> None:
    """Have a process on the board hear so many messages, each once and in order."""
    await fleet.run("node-a", "p1", fleet.program(hear="in/+", interval=0.5, log=heard is logged))
    await fleet.until(lambda: fleet.outputs("p1"))
    for n in range(1, count + 1):
        fleet.link.publish("in/x", b"%d" % n, 1)
        await asyncio.sleep(0.01)
        if n == count // 2:
            board.lossy.half.set()
    await fleet.until(lambda: len(heard(fleet)) >= count, lambda: (heard(fleet), board.told[-9:]))
    assert heard(fleet) == [str(n) for n in range(1, count + 1)]


def published(fleet: Fleet) -> list[str]:
    """What the process says that it heard; with QoS 0, so while the line holds."""
    return fleet.heard("p1")


def logged(fleet: Fleet) -> list[str]:
    """The same by its log, whose numbers tell what came twice after a break, as QoS 1 may."""
    lines = sorted({line["seq"]: line["text"] for line in fleet.logs}.items())
    return [text.split()[1] for _, text in lines if text.startswith("heard")]


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_line_carries_every_message_once_and_in_order(
    broker: Broker, tmp_path: Path, seed: int
) -> None:
    async def body(fleet: Fleet) -> None:
        async with bridged(fleet, tmp_path, seed, DAMAGE, noise=CHATTER) as board:
            await hears_all(fleet, board, 60, published)
            assert board.lossy.damaged >= 5  # it depends on how much was said meanwhile

    run(body, broker)


def test_unplugged_board_is_lost_and_comes_back_to_its_session(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        async with bridged(fleet, tmp_path) as board:
            hearing = asyncio.create_task(hears_all(fleet, board, 60, logged))
            await board.lossy.half.wait()
            session = fleet.births["node-a"]["session"]
            await board.lossy.pull()
            await board.until("lost")
            await board.lossy.start()
            await board.until("ready")
            assert fleet.births["node-a"]["session"] == session  # the worker was not started anew
            await hearing

    run(body, broker)


def test_board_that_is_reset_is_a_node_again(broker: Broker, tmp_path: Path) -> None:
    async def body(fleet: Fleet) -> None:
        async with bridged(fleet, tmp_path) as board:
            session = fleet.births["node-a"]["session"]
            os.kill(board.console.pid, signal.SIGKILL)  # as by its button: it starts again
            await fleet.until(
                lambda: board.state() == "ready" and fleet.births["node-a"]["session"] != session
            )
            assert board.console.resets == 1

    run(body, broker)
