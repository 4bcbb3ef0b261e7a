"""What a node has for its programs: sensors by name, actuators by name, pins by name.

A **device** is what a driver makes of one of them. Those of sensors have

    period    microseconds from one reading to the next, for `on`
    changes   only a value that differs from the last one is told
    begin()   starts a measurement; microseconds until `read` may be called
    read()    the value: a number, boolean or text

Those of actuators have `set(value) get() off()`, those of pins what `process/pins.py` calls, and
`state()`, which a device of the same kind is made with elsewhere, and `off()`.

Sensors are everybody's. Actuators and pins belong to the process that opened them, until it closes
them or ends here; then they are switched off. Buses (I2C, 1-wire) are shared.
"""

import asyncio

from moonhop_core.errors import MoonhopError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Config = dict[str, Any]
    Part = dict[str, Any]
    Make = Callable[[str, Part], Any]

BUSES = ("i2c", "onewire")
TOPIC = "$thing/"  # in front of what `on` hears: $thing/KIND/NAME/MICROSECONDS
SECOND = 1000000  # microseconds
DIGITAL = 20000  # microseconds from one look at a pin to the next


class ThingError(MoonhopError):
    """A thing that is not there, is held by another process, or does not do what was asked."""


class Things:
    """The things of one node.

    config   "sensors" and "actuators": name -> part; "pins": name -> number. A part is a dict with
             the name of its "driver", "pins" (numbers), and the driver's own keys
    make     makes a device of a kind ("sensor", "actuator", "pin", "pwm" …) and a part; raises
             ThingError
    elapsed  microseconds since the node began

    Owners are whatever has an attribute `pid`. `do` may be called from several threads (of CPython:
    it counts on a dict's methods being whole), the rest from one.
    """

    def __init__(self, config: "Config", make: "Make", elapsed: "Callable[[], int]"):
        self.config = config
        self.elapsed = elapsed
        self._make = make
        self._sensors: "dict[str, Any]" = {}
        self._held: "dict[Any, tuple[str, list[Any]]]" = {}  # claim -> use, owners (None: the node)
        self._devices: "dict[Any, dict[Any, Any]]" = {}  # owner -> (kind, names …) -> device
        self._values: "dict[str, Any]" = {}
        self._busy: "dict[str, Any]" = {}  # locks of sensors that take time
        self._polls: "dict[str, Any]" = {}

    def names(self, kind: str) -> "list[str]":
        """Return the names of all sensors, actuators or pins."""
        place = kind + "s" if kind in ("sensor", "actuator") else "pins"
        return sorted(self.config.get(place) or ())

    def values(self) -> "dict[str, Any]":
        """Return what each actuator that was set was set to at last."""
        return dict(self._values)

    def close(self) -> None:
        """Let go of what sensors have open, at the node's end."""
        for device in self._sensors.values():
            if hasattr(device, "close"):
                device.close()

    # -- actuators and pins ------------------------------------------------------------------------

    def do(
        self, owner: "Any", kind: str, names: "list[str]", method: str, args: "list[Any]"
    ) -> "Any":
        """Use a thing at once: `open` (options, state or None), `close`, or a method of its device.
        Of sensors there is `open` only: it looks whether there is one. Raises ThingError."""
        if kind == "sensor":
            return self._part(kind, names[0]) and None
        key = (kind,) + tuple(names)
        try:
            if method == "open":
                return self._open(owner, key, args[0], args[1])
            device = self._devices.get(owner, {}).get(key)
            if device is None:
                raise ThingError("%s is not open" % called(key))
            if method == "close":
                return self._close(owner, key)
            found = getattr(device, method)(*args)
            if kind == "actuator":
                self._values[names[0]] = device.get()
            return found
        except (OSError, ValueError) as error:
            raise ThingError("%s: %s" % (called(key), told(error)))

    def release(self, owner: "Any") -> None:
        """Switch off and let go of whatever a process has here."""
        for key in list(self._devices.get(owner, ())):
            self._close(owner, key)
        self._devices.pop(owner, None)

    def _part(self, kind: str, name: str) -> "Part":
        part = (self.config.get(kind + "s") or {}).get(name)
        if part is None:
            raise self._missing(kind, name)
        return part  # type: ignore[no-any-return]

    def _missing(self, kind: str, name: str) -> ThingError:
        known = self.names(kind)
        there = "it has %s" % ", ".join(known) if known else "it has none"
        return ThingError("this node has no %s '%s'; %s" % (kind, name, there))

    def _of(self, key: "tuple[str, ...]") -> "tuple[Part, list[tuple[Any, str]]]":
        """Return the part of an actuator or of pins, and what its device would claim: an actuator's
        name and numbers of pins, each with the use of it."""
        if key[0] == "actuator":
            part = self._part(key[0], key[1])
            return part, [(key[1], called(key))] + claims_of(part, called(key))
        pins = self.config.get("pins") or {}
        for name in key[1:]:
            if name not in pins:
                raise self._missing("pin", name)
        part = {"pins": [pins[name] for name in key[1:]], "driver": key[0]}
        return part, claims_of(part, key[0])

    def _open(self, owner: "Any", key: "Any", options: "dict[str, Any]", state: "Any") -> None:
        part, claims = self._of(key)
        mine = self._devices.setdefault(owner, {})
        if key not in mine:
            self._claim(claims, owner)
        try:
            device = self._make(key[0], dict(part, **options))
            mine[key] = device
            if state is not None:
                device.restore(state)
        except BaseException as error:
            self._close(owner, key)
            raise error

    def _close(self, owner: "Any", key: "Any") -> None:
        device = self._devices.get(owner, {}).pop(key, None)
        for claim, _ in self._of(key)[1]:
            self._let_go(claim, owner)
        if device is not None:
            device.off()

    def _claim(self, claims: "list[tuple[Any, str]]", owner: "Any") -> None:
        for place, (claim, use) in enumerate(claims):
            mine = (use, [owner])
            held = self._held.setdefault(claim, mine)
            if held is mine:
                continue
            if held[0] == use and use in BUSES:
                held[1].append(owner)
                continue
            for taken in claims[:place]:
                self._let_go(taken[0], owner)
            raise ThingError(self._conflict(claim, held, owner))

    def _let_go(self, claim: "Any", owner: "Any") -> None:
        held = self._held.get(claim)
        if held is not None and owner in held[1]:
            held[1].remove(owner)
            if not held[1]:
                del self._held[claim]

    def _conflict(self, claim: "Any", held: "tuple[str, list[Any]]", owner: "Any") -> str:
        if type(claim) is str:
            what = "actuator '%s'" % claim
        else:
            pins = self.config.get("pins") or {}
            what = "pin '%s'" % ", ".join([name for name in pins if pins[name] == claim] or ["?"])
        holder = held[1][0]
        if holder is None:
            return "%s belongs to %s" % (what, held[0])
        if holder is owner:
            return "%s is in use as %s; close that first" % (what, held[0])
        return "%s is held by process %s" % (what, holder.pid)

    # -- sensors -----------------------------------------------------------------------------------

    def sensor(self, name: str) -> "Any":
        """Return the device of a sensor. Raises ThingError."""
        device = self._sensors.get(name)
        if device is None:
            part = self._part("sensor", name)
            claims = claims_of(part, "sensor '%s'" % name)
            self._claim(claims, None)
            try:
                device = self._sensors[name] = self._make("sensor", part)
            except (OSError, ValueError) as error:
                raise ThingError("sensor '%s': %s" % (name, told(error)))
            finally:
                if device is None:
                    for claim, _ in claims:
                        self._let_go(claim, None)
        return device

    def value(self, name: str) -> "Any":
        """Return what a sensor says, if it needs no time to measure. Raises ThingError."""
        device = self.sensor(name)
        device.begin()
        return device.read()

    async def read(self, name: str) -> "Any":
        """Return what a sensor says. Raises ThingError."""
        device = self.sensor(name)
        try:
            lock = self._busy.get(name)
            if lock is None:
                wait = device.begin()
                if not wait:
                    return device.read()
                lock = self._busy[name] = asyncio.Lock()
                async with lock:
                    return await self._measured(device, wait)
            async with lock:
                return await self._measured(device, device.begin())
        except (OSError, ValueError) as error:
            raise ThingError("sensor '%s': %s" % (name, told(error)))

    async def chip(self, owner: "Any", pin: str, ident: "str | None") -> "Any":
        """Return the degrees of a chip on a process's 1-wire bus; None: of the first one there."""
        key = ("onewire", pin)
        if key not in self._devices.get(owner, {}):  # the process has just come here
            self.do(owner, "onewire", [pin], "open", [{}, None])
        device = self._devices[owner][key]
        try:
            await asyncio.sleep(device.begin() / SECOND)
            return device.read(ident)
        except (OSError, ValueError) as error:
            raise ThingError("%s: %s" % (called(key), told(error)))

    async def _measured(self, device: "Any", wait: int) -> "Any":
        await asyncio.sleep(wait / SECOND)
        return device.read()

    # -- what `on` hears ---------------------------------------------------------------------------

    def listen(self, spawn: "Callable[[Any], Any]", tell: "Callable[..., Any]") -> None:
        """From now on `look` reads things: `spawn` runs a coroutine, `tell(topic, value, error)` is
        given a value, or an error as text, the first of several alike."""
        self._spawn = spawn
        self._tell = tell

    def look(self, topic: str, wanted: bool) -> None:
        """Begin or end to read what a topic names, as long as somebody hears it."""
        self._polls.pop(topic, None)
        if wanted:
            self._polls[topic] = mine = [topic]
            self._spawn(self._poll(topic, mine))

    def period(self, kind: str, name: str, period: int) -> int:
        """Return how often a thing is read (microseconds) if `period` was asked for; 0: as often as
        is usual for it. Raises ThingError."""
        return period or (DIGITAL if kind == "pin" else self.sensor(name).period)

    async def _poll(self, topic: str, mine: "list[str]") -> None:
        """Read a thing for as long as this is the topic's poll."""
        _, kind, name, asked = topic.split("/")
        known = False
        last: "Any" = None
        error = ""
        while self._polls.get(topic) is mine:
            value: "Any" = None
            said = ""
            try:
                await self._until_next(self.period(kind, name, int(asked)))
                value = self._level(name) if kind == "pin" else await self.read(name)
            except ThingError as failed:
                said = str(failed)
                await asyncio.sleep(1)
            if self._polls.get(topic) is not mine:
                return
            if said and said != error:
                self._tell(topic, None, said)
            error = said
            if value is None:
                continue
            if (kind != "pin" and not self.sensor(name).changes) or (known and value != last):
                self._tell(topic, value, "")
            known = True
            last = value

    async def _until_next(self, period: int) -> None:
        """Wait for the next multiple of a period since the node began; sleeps can be too short."""
        moment = (self.elapsed() // period + 1) * period
        while True:
            left = moment - self.elapsed()
            if left <= 0:
                return
            await asyncio.sleep(left / SECOND)

    def _level(self, name: str) -> "Any":
        """Return the level of a pin that some process has opened, None if none has."""
        for devices in self._devices.values():
            device = devices.get(("pin", name))
            if device is not None:
                return device.get()
        return None


def claims_of(part: "Part", use: str) -> "list[tuple[Any, str]]":
    """Return the numbers of a part's pins, each with its use: a bus can have several users."""
    if part["driver"] in BUSES:
        use = part["driver"]
    return [(pin, use) for pin in part.get("pins") or ()]


def called(key: "tuple[str, ...]") -> str:
    """Return a thing's kind and names, for messages."""
    return key[0] + " " + ", ".join(["'%s'" % name for name in key[1:]])


def told(error: "Any") -> str:
    """Return what is wrong in words: drivers raise the system's numbers."""
    text = str(error)
    if isinstance(error, OSError) and error.args and type(error.args[0]) is int:
        import errno

        text = errno.errorcode.get(error.args[0], text)
        if error.args[0] in (errno.ENODEV, errno.ETIMEDOUT, errno.EIO):
            text = "it does not answer (%s); check its wires" % text
    return text or type(error).__name__
