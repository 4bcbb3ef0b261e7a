"""What a process publishes, on its way to the link.

A node that was cut off does not know whether its copy of a process is still the right one, so what
the copy publishes then waits until the link is back and the host has said so (NMP-053).
"""

from moonhop_core.node.link import LinkError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.hosting import Hosted


class Outgoing:
    """The messages of one process: handed to the link at once, or kept, in order.

    vouched   the connection (Link.connections) over which the host last said that this copy is the
              right one
    """

    def __init__(self, hosted: "Hosted"):
        self._hosted = hosted
        self._link = hosted.worker.link
        self._most = hosted.worker.about.waiting
        self.vouched = self._link.connections
        self._waiting: "list[tuple[Any, ...]]" = []
        self._size = 0
        self._full = False

    @property
    def doubtful(self) -> bool:
        """Whether the host has yet to say that this copy is the right one."""
        return self.vouched != self._link.connections

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """Send a message, or keep it if it is of QoS 1."""
        self.flush()
        if not self._waiting and self._link.connected and not self.doubtful:
            try:
                self._link.publish(topic, payload, qos, retain)
                return
            except LinkError:
                self._warn("a message of QoS 0 is dropped" if not qos else "")
        if not qos:
            return
        self._waiting.append((topic, payload, 1, retain))
        self._size += len(topic) + len(payload)
        while self._size > self._most and len(self._waiting) > 1:
            self._drop_first()
            self._warn("the oldest are dropped")

    def _drop_first(self) -> None:
        topic, payload, _, _ = self._waiting.pop(0)
        self._size -= len(topic) + len(payload)

    def _warn(self, text: str) -> None:
        if text and not self._full:
            self._full = True
            self._hosted.output("warning", "too many messages wait for the broker: " + text)

    def vouch(self) -> None:
        """The host says that this copy is the right one."""
        self.vouched = self._link.connections
        self.flush()

    def flush(self, anyway: bool = False) -> None:
        """Hand to the link what waits, as far as the link takes it; `anyway`: also in doubt."""
        while self._waiting and (anyway or (self._link.connected and not self.doubtful)):
            try:
                self._link.publish(*self._waiting[0])
            except LinkError:
                return
            self._drop_first()
        if not self._waiting:
            self._full = False
