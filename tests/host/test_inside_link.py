"""The host's own link to the broker inside it hears and says what one over a socket does."""

import asyncio
from collections.abc import Awaitable, Callable

from moonhop.broker.access import HOST
from moonhop.broker.embedded import EmbeddedBroker
from moonhop.broker.inside import InsideLink
from moonhop.node.paho_link import PahoLink
from tests.waiting import until

PASSWORD = "secret"
WAIT = 10.0  # seconds
Heard = list[tuple[str, bytes, bool]]


def on_broker(body: Callable[[InsideLink, PahoLink, Heard, Heard], Awaitable[None]]) -> None:
    """Run something with both kinds of links to one broker, and what each has heard."""

    async def run() -> None:
        broker = EmbeddedBroker({HOST: PASSWORD})
        await broker.start()
        inside = broker.link()
        outside = PahoLink(
            broker.host, broker.port, client_id="other", user=HOST, password=PASSWORD
        )
        heard: tuple[Heard, Heard] = [], []
        inside.on_message = lambda *message: heard[0].append(message)
        outside.on_message = lambda *message: heard[1].append(message)
        await inside.connect("inside/birth", b"here", b"lost")
        await outside.connect("outside/birth", b"here", b"lost")
        try:
            await body(inside, outside, *heard)
        finally:
            await outside.disconnect(b"gone")
            await inside.disconnect(b"gone")
            await broker.stop()

    asyncio.run(asyncio.wait_for(run(), WAIT))


def test_messages_go_both_ways_once_and_in_order() -> None:
    async def body(inside: InsideLink, outside: PahoLink, here: Heard, there: Heard) -> None:
        await inside.subscribe("to/+/inside")
        await inside.subscribe("to/#")
        await outside.subscribe("from/#")
        for number in range(100):
            outside.publish("to/the/inside", b"%d" % number, 1)
            inside.publish("from/the/inside", b"%d" % number, 1)
        await until(lambda: len(here) >= 100 and len(there) >= 100, WAIT, lambda: (here, there))
        await outside.drain()
        assert [payload for _, payload, _ in here] == [b"%d" % n for n in range(100)]
        assert [payload for _, payload, _ in there] == [b"%d" % n for n in range(100)]
        inside.unsubscribe_soon("to/#")
        inside.unsubscribe_soon("to/+/inside")
        outside.publish("to/the/inside", b"unheard", 1)
        await outside.drain()
        assert len(here) == 100

    on_broker(body)


def test_retained_messages_are_kept_and_told_as_such() -> None:
    async def body(inside: InsideLink, outside: PahoLink, here: Heard, there: Heard) -> None:
        outside.announce()
        inside.announce()
        await outside.drain()
        await inside.subscribe("+/birth")
        await outside.subscribe("inside/birth")
        await until(lambda: len(here) == 2 and len(there) == 1, WAIT, lambda: (here, there))
        assert sorted(here) == [("inside/birth", b"here", True), ("outside/birth", b"here", True)]
        assert there == [("inside/birth", b"here", True)]

    on_broker(body)


def test_fault_in_a_handler_ends_nobody_elses_connection(caplog) -> None:
    async def body(inside: InsideLink, outside: PahoLink, here: Heard, there: Heard) -> None:
        def fail(*message: object) -> None:
            raise RuntimeError("a fault")

        inside.on_message = fail
        await inside.subscribe("x")
        outside.publish("x", b"", 1)
        await outside.drain()
        assert outside.connected
        assert "a fault" in caplog.text

    on_broker(body)
