"""The sensors, actuators and pins that a process uses, and what programs call of the first two.

What a program holds is a number. Behind it stand kind and name, so a handle means the thing of that
name on the node that the process is on. Actuators and pins are opened again, and set to what they
were set to, when the process goes on elsewhere (`arrive`); where they are not there the program
goes on without, and using them is an error.
"""

import json

from moonhop_core.errors import MoonhopError
from moonhop_core.process.engine import Obj, ProgramError, Suspend
from moonhop_core.process.messages import THING

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call
    from moonhop_core.process.process import Process


class Thing:
    """One thing.

    options  it was opened with
    state    what it was set to when the image was written, None: nothing
    open     whether it is open on this node
    """

    def __init__(self, ident: int, kind: str, names: "list[str]", options: "dict[str, Any]"):
        self.ident = ident
        self.kind = kind
        self.names = names
        self.options = options
        self.state: "Any" = None
        self.open = False


class ThingsInUse:
    """The things of a process by id; a thing asked for again is the same one."""

    def __init__(self, process: "Process"):
        self.process = process
        self.all: "dict[int, Thing]" = {}

    def add(self, kind: str, names: "list[str]", options: "dict[str, Any]") -> Obj:
        """Open a thing. Raises MoonhopError if it is not there or another process has it."""
        for thing in self.all.values():
            if thing.kind == kind and thing.names == names:
                break
        else:
            thing = Thing(self.process.new_id(), kind, names, options)
        if not thing.open or thing.options != options:
            thing.options = options
            thing.state = None
            self.open(thing)
        self.all[thing.ident] = thing
        return Obj(kind[0].upper() + kind[1:], thing.ident)

    def open(self, thing: Thing) -> None:
        """Open a thing on this node, set as it was elsewhere. Raises MoonhopError."""
        self.process.host.thing(thing.kind, thing.names, "open", [thing.options, thing.state])
        thing.open = thing.kind != "sensor"

    def of(self, call: "Call") -> Thing:
        """Return the thing of the handle that a method was called on."""
        kind = call.name[: call.name.find(".")].lower()
        thing = self.all.get(call.ident(kind))
        if thing is None or thing.kind != kind:
            raise ProgramError("attempt to use a closed %s" % kind)
        return thing

    def use(self, call: "Call", args: "list[Any]") -> "list[Any]":
        """Call the method of the same name of a thing's device."""
        thing = self.of(call)
        method = call.name[call.name.find(".") + 1 :]
        if not thing.open:
            self.open(thing)
        return [self.process.host.thing(thing.kind, thing.names, method, args)]

    def close(self, thing: Thing) -> None:
        """Let go of a thing."""
        del self.all[thing.ident]
        if thing.open:
            self.process.host.thing(thing.kind, thing.names, "close", [])

    # -- hops --------------------------------------------------------------------------------------

    def written(self) -> "list[list[Any]]":
        """Return all things for the image, with what they are set to now."""
        found = []
        for ident in sorted(self.all):
            thing = self.all[ident]
            if thing.open:
                thing.state = self.process.host.thing(thing.kind, thing.names, "state", [])
            found.append([ident, thing.kind, thing.names, thing.options, thing.state])
        return found

    def read(self, entries: "list[list[Any]]") -> None:
        """Take things back, not yet open here."""
        for ident, kind, names, options, state in entries:
            thing = self.all[ident] = Thing(ident, kind, names, options)
            thing.state = state

    def arrive(self) -> None:
        """The process goes on: open what it had open, as it was set."""
        for ident in sorted(self.all):
            thing = self.all[ident]
            if thing.kind != "sensor" and not thing.open:
                try:
                    self.open(thing)
                except MoonhopError as error:
                    self.process.host.output("warning", str(error))


def in_use(process: "Process") -> ThingsInUse:
    """Return the things of a process."""
    parts = process.parts
    if "things" not in parts:
        parts["things"] = ThingsInUse(process)
    return parts["things"]  # type: ignore[no-any-return]


def value_of(payload: str) -> "Any":
    """Return the value in a message of a thing (`on` hears $thing/KIND/NAME/MICROSECONDS)."""
    return json.loads(payload)


# ---------------------------------------------------------------- operations


def name(call: "Call", i: int) -> str:
    """Return an argument that is a thing's name."""
    found = call.text(i)
    if not found or "/" in found or "+" in found or "#" in found:
        raise call.bad(i, "no name of a thing")
    return found


def named(call: "Call") -> "list[Any]":
    """sensor(name), actuator(name): a handle; an error if the node has none of this name."""
    return [in_use(call.process).add(call.name, [name(call, 0)], {})]


def read(call: "Call") -> Suspend:
    """s:read(): what a sensor says."""
    names = in_use(call.process).of(call).names
    return Suspend(["request", call.process.new_id(), "sensor.read", [names[0]], None])


def on(call: "Call") -> "list[Any]":
    """s:on(fn, seconds), p:on(fn): fn(value) for each reading of a sensor, or each change of a
    pin's level. A subscription; readings that come while fn runs become one."""
    thing = in_use(call.process).of(call)
    period = 0
    if call.get(2) is not None:
        period = call.duration(2) or 0
        if period < 1000:
            raise call.bad(2, "a millisecond at least")
    topic = "%s%s/%s/%d" % (THING, thing.kind, thing.names[0], period)
    return [Obj("subscription", call.process.messages.add(topic, call.function(1)).ident)]


def value_to_set(call: "Call", i: int) -> "Any":
    """Return an argument that something can be set to: a number, boolean, text or list of these
    or of lists, plain."""
    value = call.get(i)
    if value is not None and type(value) not in (bool, int, float, str):
        value = call.process.engine.plain(value)
    if not settable(value):
        raise call.expected(i, "number, boolean, string or list of these")
    return value


def settable(value: "Any") -> bool:
    """Tell whether something can be set to a plain value."""
    if type(value) is list:
        return all(settable(item) for item in value)
    return type(value) in (bool, int, float, str)


def set_value(call: "Call") -> "list[Any]":
    """a:set(value)"""
    in_use(call.process).use(call, [value_to_set(call, 1)])
    return []


def use(call: "Call") -> "list[Any]":
    """a:get() and other methods without arguments."""
    return in_use(call.process).use(call, [])


def close(call: "Call") -> "list[Any]":
    """a:close(), and so on for all that can be set: let others have it."""
    things = in_use(call.process)
    things.close(things.of(call))
    return []


OF_THINGS: "dict[str, Callable[[Call], Any]]" = {
    "sensor": named,
    "Sensor.read": read,
    "Sensor.on": on,
    "actuator": named,
    "Actuator.set": set_value,
    "Actuator.get": use,
    "Actuator.close": close,
    "Pin.get": use,
    "Pin.toggle": use,
    "Pin.on": on,
    "Pin.close": close,
    "Adc.read": use,
    "Adc.volts": use,
    "Adc.close": close,
    "Pwm.close": close,
    "I2c.scan": use,
    "I2c.close": close,
    "Onewire.scan": use,
    "Onewire.close": close,
    "Neopixel.close": close,
}
