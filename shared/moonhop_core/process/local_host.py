"""A host for a process without a fleet: what it publishes comes back to it alone, files are those
of a folder, and a hop goes nowhere."""

from moonhop_core.errors import MoonhopError
from moonhop_core.process.host import Host

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.clock import RealClock, VirtualClock
    from moonhop_core.process.local_files import LocalFiles
    from moonhop_core.process.process import Process


class LocalHost(Host):
    """Does nothing by itself: messages and requests wait for `settle`.

    messages  published and not yet delivered: [topic, payload]
    retained  payload by topic
    """

    def __init__(
        self,
        clock: "RealClock | VirtualClock",
        files: "LocalFiles | None",
        output: "Callable[[str, str], Any]",
    ):
        self.clock = clock
        self.files = files
        self._output = output
        self.messages: "list[list[str]]" = []
        self.retained: "dict[str, str]" = {}
        self.requests: "list[list[Any]]" = []
        self.watched = False  # the process wants to know what changes

    def now(self) -> int:
        """Return the clock's time since 1970."""
        return self.clock.now()

    def monotonic(self) -> int:
        """Return the clock's steady time."""
        return self.clock.monotonic()

    def output(self, kind: str, text: str) -> None:
        """Hand a line on."""
        self._output(kind, text)

    def publish(self, topic: str, payload: str, qos: int, retain: bool) -> None:
        """Queue a message for the process itself."""
        if retain:
            if payload:
                self.retained[topic] = payload
            else:
                self.retained.pop(topic, None)
        self.messages.append([topic, payload])

    def subscribe(self, filter: str) -> None:
        """Queue the retained messages that match."""
        if filter[:4] == "$fs/":
            self.watched = True
        if not self.retained:
            return
        from moonhop_core.process.topics import matches

        for topic, payload in self.retained.items():
            if matches(filter, topic):
                self.messages.append([topic, payload])

    def unsubscribe(self, filter: str) -> None:
        """Do nothing: the process drops what it does not hear."""

    def request(self, number: int, verb: str, args: "list[Any]") -> None:
        """Queue a request."""
        self.requests.append([number, verb, args])

    def changed(self) -> None:
        """Do nothing: who runs the process looks after each turn."""

    def settle(self, process: "Process") -> bool:
        """Deliver what is queued. Tells whether there was anything."""
        messages = self.messages
        requests = self.requests
        self.messages = []
        self.requests = []
        for topic, payload in messages:
            process.deliver(topic, payload)
        for number, verb, args in requests:
            try:
                values = self.answer(verb, args)
                if self.watched and self.files is not None:
                    self.messages += self.files.told(verb, args)
            except MoonhopError as error:
                process.finish(number, None, str(error))
            else:
                process.finish(number, values)
        return bool(messages or requests)

    def answer(self, verb: str, args: "list[Any]") -> "list[Any]":
        """Do a request and return its values. Raises MoonhopError."""
        if verb == "hop":
            raise MoonhopError("there is no other node: the program runs without a fleet")
        if self.files is None:
            raise MoonhopError("there are no files here")
        return self.files.answer(verb, args)
