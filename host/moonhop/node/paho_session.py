"""A client's session with the broker, as the client knows it."""

import contextlib
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode

from moonhop_core.node.link import Numbers

REMEMBERED = 1000  # numbers of messages that came; brokers have up to 100 under way


class ClientSession:
    """What is to be heard and what the broker's session hears already; what has come.

    ``wanted`` maps filters to their QoS, ``held`` are those that the broker has confirmed.
    """

    def __init__(self) -> None:
        self.wanted: dict[str, int] = {}
        self.held: set[str] = set()
        self.numbers = Numbers(REMEMBERED)
        self._unsure: set[str] = set()  # of the held ones, if it may be another session
        self._asked: dict[int, str] = {}  # filters by the number of the packet that changes them
        self._attempts = 0  # that the broker may have heard of, and did not answer

    def attempted(self) -> None:
        """The broker may learn that a connection is wanted."""
        self._attempts += 1

    def connected(self, present: bool) -> None:
        """A connection is made; ``present``: the broker knows the session."""
        doubt = present and self._attempts > 1
        self._attempts = 0
        self._asked.clear()
        if not present:
            self.held.clear()
        self._unsure = set(self.held) if doubt else set()
        self.numbers.begin(present, doubt)

    def ask(self, number: int, filter: str) -> None:
        """A packet that subscribes to a filter, or gives it up, is sent."""
        self._asked[number] = filter

    def granted(self, number: int, granted: bool) -> None:
        """The broker has answered a subscription."""
        filter = self._asked.pop(number, None)
        if granted and filter is not None:
            self.held.add(filter)
            self._unsure.discard(filter)

    def given_up(self, number: int) -> None:
        """The broker has confirmed that a filter is given up."""
        self.held.discard(self._asked.pop(number, ""))

    @property
    def missing(self) -> list[tuple[str, int]]:
        """What the broker has yet to be asked for."""
        sure = self.held - self._unsure
        return [each for each in self.wanted.items() if each[0] not in sure]

    @property
    def surplus(self) -> set[str]:
        """What the broker's session hears in vain."""
        return self.held - self.wanted.keys()


def throw_away(client: mqtt.Client, host: str, port: int, timeout: float) -> None:
    """Have the broker forget a session, by beginning and leaving a clean one with this client.

    What goes wrong here will go wrong again, and be told, when the real client connects.
    """

    def leave(*_: object) -> None:
        client.disconnect()

    client.connect_timeout = timeout
    client.on_connect = leave
    with contextlib.suppress(OSError):
        client.connect(host, port)
        end = time.monotonic() + timeout
        while client.loop(1) == MQTTErrorCode.MQTT_ERR_SUCCESS and time.monotonic() < end:
            pass
