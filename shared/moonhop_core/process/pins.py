"""What programs call of pins: digital and analog ones, pulse widths, buses (I2C, 1-wire) and chains
of lamps (neopixel)."""

from moonhop_core.process.engine import Suspend
from moonhop_core.process.things import in_use, name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call

MODES = ("in", "out", "open_drain")
PULLS = ("up", "down")
MOST = 256  # bytes of one transfer
LAMPS = 300  # in a chain


def pin(call: "Call") -> "list[Any]":
    """pin(name, mode, {pull=}): a digital pin; mode "in" (default), "out" or "open_drain", pull
    "up" or "down"."""
    mode = "in" if call.get(1) is None else call.text(1)
    if mode not in MODES:
        raise call.bad(1, "invalid mode '%s'; there are %s" % (mode, ", ".join(MODES)))
    options = call.options(2, ("pull",))
    if options.get("pull", "up") not in PULLS:
        raise call.bad(2, "pull must be 'up' or 'down'")
    options["mode"] = mode
    return [in_use(call.process).add("pin", [name(call, 0)], options)]


def set_level(call: "Call") -> "list[Any]":
    """p:set(v): high for true and numbers that are not 0."""
    value = call.get(1)
    level = value if type(value) is bool else call.number(1) != 0
    in_use(call.process).use(call, [level])
    return []


def adc(call: "Call") -> "list[Any]":
    """adc(name): an analog pin to read."""
    return [in_use(call.process).add("adc", [name(call, 0)], {})]


def pwm(call: "Call") -> "list[Any]":
    """pwm(name, hz): a pin that is high for a share of the time; 1000 Hz by default."""
    return [in_use(call.process).add("pwm", [name(call, 0)], {"hz": hertz(call, 1, 1000)})]


def hertz(call: "Call", i: int, default: int) -> int:
    """Return an argument that is a frequency."""
    found = call.integer(i, default)
    if found < 1:
        raise call.bad(i, "a frequency from 1 Hz on")
    return found


def share(call: "Call") -> "list[Any]":
    """w:set(share): from 0 to 1; false and true are these."""
    value = call.get(1)
    found = (1 if value else 0) if type(value) is bool else call.number(1)
    if not 0 <= found <= 1:
        raise call.bad(1, "from 0 to 1")
    in_use(call.process).use(call, [found])
    return []


def frequency(call: "Call") -> "list[Any]":
    """w:freq(hz): change it."""
    in_use(call.process).use(call, [hertz(call, 1, 0)])
    return []


def within(call: "Call", i: int, first: int, last: int) -> int:
    """Return an argument that is a whole number of a range."""
    found = call.integer(i, first - 1)
    if not first <= found <= last:
        raise call.bad(i, "from %d to %d" % (first, last))
    return found


def i2c(call: "Call") -> "list[Any]":
    """i2c(data, clock, hz): a bus at two pins; 100 kHz by default."""
    names = [name(call, 0), name(call, 1)]
    return [in_use(call.process).add("i2c", names, {"hz": hertz(call, 2, 100000)})]


def i2c_read(call: "Call") -> "list[Any]":
    """b:read(address, count, register): bytes of a chip, as a string."""
    register = None if call.get(3) is None else within(call, 3, 0, 255)
    args = [within(call, 1, 0, 127), within(call, 2, 1, MOST), register]
    return in_use(call.process).use(call, args)


def i2c_write(call: "Call") -> "list[Any]":
    """b:write(address, bytes, register)"""
    register = None if call.get(3) is None else within(call, 3, 0, 255)
    in_use(call.process).use(call, [within(call, 1, 0, 127), call.text(2), register])
    return []


def onewire(call: "Call") -> "list[Any]":
    """onewire(name): a 1-wire bus at a pin."""
    return [in_use(call.process).add("onewire", [name(call, 0)], {})]


def onewire_read(call: "Call") -> Suspend:
    """o:read(id): degrees Celsius of a DS18x20; `id` as `scan` gives it, else the first one."""
    things = in_use(call.process)
    thing = things.of(call)
    chip = None if call.get(1) is None else call.text(1)
    if chip is not None and len(chip) != 16:
        raise call.bad(1, "no id of a chip: 16 hexadecimal digits")
    if not thing.open:
        things.open(thing)
    return Suspend(["request", call.process.new_id(), "onewire.read", [thing.names[0], chip], None])


def neopixel(call: "Call") -> "list[Any]":
    """neopixel(name, count): a chain of lamps at a pin."""
    options = {"count": within(call, 1, 1, LAMPS)}
    return [in_use(call.process).add("neopixel", [name(call, 0)], options)]


def colour(call: "Call", first: int) -> "list[int]":
    """Return three arguments: red, green and blue."""
    return [within(call, first + i, 0, 255) for i in range(3)]


def set_lamp(call: "Call") -> "list[Any]":
    """l:set(i, red, green, blue): from 0 to 255; lamps count from 1; shown by `show`."""
    count = in_use(call.process).of(call).options["count"]
    in_use(call.process).use(call, [within(call, 1, 1, count) - 1, colour(call, 2)])
    return []


def fill(call: "Call") -> "list[Any]":
    """l:fill(red, green, blue): all lamps; shown by `show`."""
    in_use(call.process).use(call, [colour(call, 1)])
    return []


def show(call: "Call") -> "list[Any]":
    """l:show(): send the colours to the lamps."""
    in_use(call.process).use(call, [])
    return []


OF_PINS: "dict[str, Callable[[Call], Any]]" = {
    "pin": pin,
    "Pin.set": set_level,
    "adc": adc,
    "pwm": pwm,
    "Pwm.set": share,
    "Pwm.freq": frequency,
    "i2c": i2c,
    "I2c.read": i2c_read,
    "I2c.write": i2c_write,
    "onewire": onewire,
    "Onewire.read": onewire_read,
    "neopixel": neopixel,
    "Neopixel.set": set_lamp,
    "Neopixel.fill": fill,
    "Neopixel.show": show,
}
