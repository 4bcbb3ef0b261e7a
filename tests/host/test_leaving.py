"""Who leaves the broker in good order leaves no last will, whatever is on its way to it."""

import asyncio

from moonhop.node.paho_link import PahoLink
from tests.brokers import Broker
from tests.waiting import until

TIMES = 20
FILTERS = 30  # whose end the broker has to confirm


def test_link_that_leaves_in_good_order_is_not_taken_for_lost(broker: Broker) -> None:
    def link(client: str) -> PahoLink:
        user, password = next(iter(broker.users.items()))
        return PahoLink(
            broker.host, broker.port, client_id=f"{user}/{client}", user=user, password=password
        )

    async def scenario() -> None:
        said: list[bytes] = []
        listener = link("listener")
        listener.on_message = lambda _topic, payload, _retained: said.append(payload)
        await listener.connect("listener", b"", b"")
        await listener.subscribe("leaving")
        for n in range(TIMES):
            leaving = link("leaving")
            await leaving.connect("leaving", b"here", b"lost")
            for filter in range(FILTERS):
                leaving.subscribe_soon(f"some/{filter}")
            await leaving.subscribe("leaving")
            leaving.announce()
            await leaving.disconnect(f"gone {n}".encode())
        listener.publish("leaving", b"end", 1)
        await until(lambda: b"end" in said, 60, lambda: said)
        await listener.disconnect()
        assert said.count(b"lost") == 0, said

    asyncio.run(asyncio.wait_for(scenario(), 60))
