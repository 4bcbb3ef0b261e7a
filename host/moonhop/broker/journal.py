"""What a broker must not forget when it dies: sessions and what they still have to get.

`Journal` remembers nothing; `FileJournal` (journal_file.py) does.
"""

Copies = list[tuple[str, int, int]]  # client id, packet number, QoS


class Journal:
    """Is told of everything that a restart must not lose, before it is acknowledged."""

    def opened(self, client: str, user: str) -> None:
        """A session that outlives its connection has begun."""

    def closed(self, client: str) -> None:
        """It has ended."""

    def subscribed(self, client: str, filter: str, qos: int) -> None:
        """A session hears a filter."""

    def unsubscribed(self, client: str, filter: str) -> None:
        """It hears it no more."""

    def message(self, source: str, number: int, topic: str, data: bytes, copies: Copies) -> None:
        """A message of ``source``, with its packet number there, waits for these sessions."""

    def done(self, client: str, number: int) -> None:
        """A session has a message."""

    def retained(self, topic: str, data: bytes, qos: int) -> None:
        """A topic's retained message is this; none, if it is empty."""
