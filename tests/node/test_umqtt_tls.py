"""The board's link over TLS, against mosquitto with passwords; and how long it holds others up."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import MosquittoBroker
from tests.certificates import make_identity
from tests.conftest import USERS
from tests.node.test_umqtt_link import Board, board

BLOCKED = 20  # milliseconds that a link may hold up others
SIZES = (1, 1000, 1024, 5000, 14000)  # bytes


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    return make_identity(tmp_path / "one")[0]


@pytest.fixture
def secure(ca: Path) -> Iterator[MosquittoBroker]:
    broker = MosquittoBroker(USERS, identity=(ca, ca.with_name("key.pem")))
    broker.start()
    yield broker
    broker.stop()


async def blocked(one: Board) -> float:
    (worst,) = await one.tell("worst", answer="worst")
    return float(worst)


async def to_itself(one: Board) -> None:
    """Send messages of several sizes to itself."""
    await one.tell("subscribe", "self/#", 1)
    for size in SIZES:
        await one.tell("publish", "self/a", size, 1)
        assert await one.hear("message") == ["self/a", size, "x" * min(size, 20), False]
        await one.tell("drain")


@pytest.mark.parametrize("client", ["old", "new"])
def test_board_speaks_tls_and_comes_back_when_the_broker_does(
    secure: MosquittoBroker, ca: Path, client: str
) -> None:
    async def body() -> None:
        async with board(secure, client=client, ca=ca) as one:
            await one.hear("connected")
            await to_itself(one)
            await asyncio.to_thread(secure.stop)
            await one.tell("publish", "self/b", 3000, 1)
            await asyncio.to_thread(secure.start)
            await one.hear("reconnected")
            await one.tell("drain")

    asyncio.run(body())


def test_board_leaves_a_broker_alone_that_shows_another_certificate(
    secure: MosquittoBroker, tmp_path: Path
) -> None:
    other, _ = make_identity(tmp_path / "another")

    async def body() -> None:
        async with board(secure, ca=other) as one:
            assert one.process.stdout
            line = (await asyncio.wait_for(one.process.stdout.readline(), 10)).decode()
            assert line.startswith("moonhop: cannot reach the broker at"), line
            assert "not correctly signed" in line

    asyncio.run(body())


def test_wrong_password_is_refused_over_tls(secure: MosquittoBroker, ca: Path) -> None:
    async def body() -> None:
        async with board(secure, password="wrong", ca=ca) as one:
            assert "check its name and password" in (await one.hear("refused"))[0]

    asyncio.run(body())


@pytest.mark.parametrize("tls", [False, True], ids=["TCP", "TLS"])
def test_link_holds_no_task_up_whatever_happens_to_its_broker(
    secure: MosquittoBroker, ca: Path, tls: bool
) -> None:
    broker = secure if tls else MosquittoBroker(USERS)

    async def body() -> None:
        async with board(broker, ca=ca if tls else None) as one:
            await one.hear("connected")
            found = {"connecting": await blocked(one)}
            await to_itself(one)
            found["messages"] = await blocked(one)
            await asyncio.to_thread(broker.stop)
            await one.tell("publish", "self/b", 10000, 1)
            await asyncio.sleep(1)
            found["broker away"] = await blocked(one)
            await asyncio.to_thread(broker.start)
            await one.hear("reconnected")
            await one.tell("drain")
            found["coming back"] = await blocked(one)
            print("held up for ms:", found)
            if tls:  # a step of a handshake is one piece of arithmetic, longer on slow chips
                del found["connecting"], found["coming back"]
            assert max(found.values()) < BLOCKED, found

    if not tls:
        broker.start()
    try:
        asyncio.run(body())
    finally:
        if not tls:
            broker.stop()
