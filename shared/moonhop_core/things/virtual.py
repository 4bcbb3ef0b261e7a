"""Drivers that need no hardware: recorded data, a constant, an actuator that keeps its value."""

from moonhop_core.things.things import SECOND, ThingError, Things

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Constant:
    """A sensor that always says the same. Keys of its part: value, every (seconds, for `on`)."""

    changes = False

    def __init__(self, part: "dict[str, Any]"):
        self._value = part["value"]
        self.period = int(part.get("every", 1) * SECOND)

    def begin(self) -> int:
        """Take no time."""
        return 0

    def read(self) -> "Any":
        """Return the value."""
        return self._value


class Kept:
    """An actuator that is nothing but the value it was set to; others add what sets them. There is
    nothing to switch off, so it shows the last value also when its process has ended."""

    value: "Any" = None

    def set(self, value: "Any") -> None:
        """Keep a value."""
        self.value = value

    def get(self) -> "Any":
        """Return it, None if there was none."""
        return self.value

    state = get

    def restore(self, value: "Any") -> None:
        """Set what it was set to elsewhere."""
        self.set(value)

    def off(self) -> None:
        """Do nothing."""


def maker(elapsed: "Callable[[], int]") -> "Callable[[str, dict[str, Any]], Any]":
    """Return what makes devices of a node without hardware. `elapsed` gives the microseconds since
    it began: recorded data are read by it."""

    def make(kind: str, part: "dict[str, Any]") -> "Any":
        driver = part.get("driver", kind)  # what programs open by kind needs hardware
        if kind == "sensor" and driver == "recorded":
            from moonhop_core.things.recorded import Recorded

            return Recorded(part, elapsed)
        if kind == "sensor" and driver == "constant":
            return Constant(part)
        if kind == "actuator" and driver == "kept":
            return Kept()
        raise ThingError("driver '%s' is there on boards only" % driver)

    return make


def virtual_things(config: "dict[str, Any]", elapsed: "Callable[[], int]") -> Things:
    """Return the things of a node without hardware."""
    return Things(config, maker(elapsed), elapsed)
