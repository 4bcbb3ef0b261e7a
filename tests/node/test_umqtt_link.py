"""The board's link, on the real MicroPython against real brokers."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.packages import umqtt_simple
from tests.brokers import Broker
from tests.micropython import MICROPYTHON, ROOT, SHARED
from tests.node.fleet import Fleet, run

SCRIPT = Path(__file__).with_name("link_on_micropython.py")
TIMEOUT = 15  # seconds


class Board:
    """A MicroPython with a link, that does as it is told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[list[Any]] = []  # and not yet heard by the test

    async def hear(self, kind: str) -> list[Any]:
        """Return what came with the next line of a kind; lines of other kinds wait."""
        assert self.process.stdout
        for waiting in self.said:
            if waiting[0] == kind:
                self.said.remove(waiting)
                return waiting[1:]
        seen = []
        async with asyncio.timeout(TIMEOUT):
            while line := await self.process.stdout.readline():
                seen.append(line.decode())
                with contextlib.suppress(ValueError):
                    said = json.loads(line)
                    if said[0] == kind:
                        return list(said[1:])
                    self.said.append(said)
        raise AssertionError(f"no {kind!r}: {''.join(seen)}")

    async def tell(self, *what: Any, answer: str = "done") -> list[Any]:
        """Have it do something; return what it says then."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what).encode() + b"\n")
        return await self.hear(answer)


@contextlib.asynccontextmanager
async def board(
    broker: Broker,
    user: str = "node-a",
    password: str | None = None,
    client: str = "old",
    ca: Path | None = None,
) -> AsyncIterator[Board]:
    path = [ROOT / "firmware", SHARED, umqtt_simple().parents[1], ".frozen"]
    process = await asyncio.create_subprocess_exec(
        *(str(MICROPYTHON), "-X", "heapsize=192K", str(SCRIPT)),
        *(broker.host, str(broker.port), user, password or broker.users[user], client),
        *([str(ca)] if ca else []),
        env={**os.environ, "MICROPYPATH": ":".join(map(str, path))},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Board(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.parametrize("client", ["old", "new"])
def test_board_is_born_and_lost_and_leaves(broker: Broker, client: str) -> None:
    async def body(fleet: Fleet) -> None:
        def state() -> object:
            return fleet.births.get("node-a", {}).get("state")

        async with board(fleet.broker, client=client) as one:
            await one.hear("connected")
            await fleet.until(lambda: state() == "ready")
            one.process.kill()
            await fleet.until(lambda: state() == "lost")
        async with board(fleet.broker, client=client) as one:
            await one.hear("connected")
            await fleet.until(lambda: state() == "ready")
            await one.tell("leave", answer="left")
            await fleet.until(lambda: state() == "gone")

    run(body, broker)


def test_wrong_password_is_refused_with_what_to_do(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with board(fleet.broker, password="wrong") as one:
            (text,) = await one.hear("refused")
            assert "check its name and password" in text

    run(body, broker)


def test_qos_1_messages_are_acknowledged_without_waiting_for_each(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with board(fleet.broker) as one:
            await one.hear("connected")
            for _ in range(20):
                await one.tell("publish", "out/x", 100, 1)
            await one.tell("drain")
            await fleet.until(lambda: len(fleet.messages) == 20)
            assert set(fleet.messages) == {("out/x", "x" * 100)}

    run(body, broker)


def test_large_messages_in_pieces_come_whole_and_let_other_tasks_run(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with board(fleet.broker) as one:
            await one.hear("connected")
            await one.tell("subscribe", "in/#", 1)
            await one.tell("worst", answer="worst")
            for size in (1, 126, 127, 128, 1000, 1023, 1024, 1025, 5000, 14000):
                fleet.link.publish("in/size", b"y" * size, size & 1)
                assert await one.hear("message") == ["in/size", size, "y" * min(size, 20), False]
            (worst,) = await one.tell("worst", answer="worst")
            assert worst < 20

    run(body, broker)


def test_message_too_large_for_the_board_is_passed_over(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with board(fleet.broker) as one:
            await one.hear("connected")
            await one.tell("subscribe", "in/#", 1)
            fleet.link.publish("in/huge", b"z" * 100_000, 1)
            fleet.link.publish("in/after", b"small", 1)
            assert (await one.hear("message"))[0] == "in/after"

    run(body, broker)


def test_retained_messages_are_marked_and_unsubscribing_ends_them(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        fleet.link.publish("in/kept", b"old", 1, True)
        await fleet.link.drain()
        async with board(fleet.broker) as one:
            await one.hear("connected")
            await one.tell("subscribe", "in/+", 1)
            assert await one.hear("message") == ["in/kept", 3, "old", True]
            await one.tell("subscribe", "other/" + "long/" * 40 + "#", 1)
            await one.tell("unsubscribe", "in/+")
            fleet.link.publish("in/new", b"1", 1)
            fleet.link.publish("other/" + "long/" * 40 + "x", b"2", 1)
            assert (await one.hear("message"))[2] == "2"

    run(body, broker)


def test_board_comes_back_when_the_broker_does_with_subscriptions_and_unsent_messages(
    broker: Broker,
) -> None:
    async def body(fleet: Fleet) -> None:
        async with board(fleet.broker) as one:
            await one.hear("connected")
            await one.tell("subscribe", "in/#", 1)
            await asyncio.to_thread(broker.stop)
            await one.tell("publish", "out/x", 5, 1)
            await asyncio.to_thread(broker.start)
            back = asyncio.Event()
            fleet.link.on_reconnect = back.set
            await one.hear("reconnected")
            await asyncio.wait_for(back.wait(), TIMEOUT)
            fleet.link.publish("in/again", b"hello", 1)
            assert (await one.hear("message"))[0] == "in/again"
            await one.tell("drain")

    run(body, broker)


def test_message_to_itself_is_back_within_a_few_milliseconds(broker: Broker) -> None:
    async def body(fleet: Fleet) -> None:
        async with board(fleet.broker) as one:
            await one.hear("connected")
            middle, most = await one.tell("ping", "ping/a", 200, answer="ping")
            print(f"there and back: p50 {middle:.3f} ms, p95 {most:.3f} ms")
            assert middle < 10

    run(body, broker)
