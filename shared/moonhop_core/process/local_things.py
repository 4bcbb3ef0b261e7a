"""A host for a process without a fleet that has sensors and actuators: recorded ones, read by the
run's own clock."""

from moonhop_core.errors import MoonhopError
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.messages import THING, json_text
from moonhop_core.things.virtual import virtual_things

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


class HostWithThings(LocalHost):
    """A local host with things.

    things  the sensors and actuators of `config` (`things/things.py`)
    begun   when the run began, microseconds since 1970
    looks   for each topic that is heard when its thing is read next, microseconds of the run; it
            goes into the state for the next leg
    """

    def __init__(
        self,
        clock: "RealClock | VirtualClock",
        files: "LocalFiles | None",
        output: "Callable[[str, str], Any]",
        config: "dict[str, Any]",
        begun: int,
        looks: "dict[str, int]",
    ):
        LocalHost.__init__(self, clock, files, output)
        self.begun = begun
        self.looks = looks
        self.things = virtual_things(config, self._elapsed)

    def _elapsed(self) -> int:
        return self.now() - self.begun

    def thing(self, kind: str, names: "list[str]", method: str, args: "list[Any]") -> "Any":
        """Use a thing."""
        return self.things.do(self, kind, names, method, args)

    def answer(self, verb: str, args: "list[Any]") -> "list[Any]":
        """Do a request."""
        if verb == "sensor.read":
            return [self.things.value(args[0])]
        return LocalHost.answer(self, verb, args)

    def subscribe(self, filter: str) -> None:
        """Read a thing from now on, at multiples of its period, or queue retained messages."""
        if filter[:7] != THING:
            LocalHost.subscribe(self, filter)
        elif filter not in self.looks:
            self._enter(filter)

    def unsubscribe(self, filter: str) -> None:
        """Read a thing no more."""
        self.looks.pop(filter, None)

    def _enter(self, topic: str) -> None:
        _, kind, name, asked = topic.split("/")
        period = self.things.period(kind, name, int(asked))
        self.looks[topic] = (self._elapsed() // period + 1) * period

    def settle(self, process: "Process") -> bool:
        """Read the things that are due, and deliver what is queued."""
        for topic in sorted(self.looks):
            if self.looks[topic] <= self._elapsed():
                try:
                    value = self.things.value(topic.split("/")[2])
                    self.messages.append([topic, json_text(value)])
                except MoonhopError as error:
                    self.output("warning", str(error))
                self._enter(topic)
        return LocalHost.settle(self, process)

    def due(self) -> "int | None":
        """Return when a thing is to be read next, by the steady clock."""
        if not self.looks:
            return None
        return self.monotonic() + min(self.looks.values()) - self._elapsed()
