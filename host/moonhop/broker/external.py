"""A broker that the fleet does not run itself: mosquitto, EMQX or another for MQTT 3.1.1."""

import os
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from moonhop.broker.embedded import BrokerError

PORT = 1883
PASSWORD = "MOONHOP_BROKER_PASSWORD"  # in the environment, for who does not want it in the URL


@dataclass(frozen=True)
class ExternalBroker:
    """Where it is, and the one user as which the host and its nodes come.

    Who may publish and hear what is then the broker's own affair: it cannot tell one node from
    another. It has the methods of EmbeddedBroker that the host calls; there is nothing to do.
    """

    host: str
    port: int
    user: str
    password: str

    @staticmethod
    def parse(url: str) -> "ExternalBroker":
        """Return the broker at ``mqtt://USER:PASSWORD@HOST:PORT``. Raises BrokerError."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORT
        except ValueError as error:
            raise BrokerError(f"{url!r} is no address of a broker: {error}") from None
        password = unquote(parts.password or "") or os.environ.get(PASSWORD, "")
        if parts.scheme != "mqtt" or not parts.hostname or not parts.username or not password:
            raise BrokerError(
                "a broker's address is mqtt://USER:PASSWORD@HOST:PORT"
                f" (or without the password, which is then in {PASSWORD})"
            )
        return ExternalBroker(parts.hostname, port, unquote(parts.username), password)

    async def start(self) -> None:
        """It runs already."""

    async def stop(self) -> None:
        """It runs on."""

    def open(self) -> None:
        """It lets nodes in at any time."""

    def add_user(self, name: str, password: str) -> None:
        """All nodes come as one user, whom it knows."""

    async def remove_user(self, name: str) -> None:
        """That one user stays."""
