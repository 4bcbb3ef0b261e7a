"""Drivers for what hangs on a bus: I2C, 1-wire with thermometers, chains of lamps.

They use what MicroPython's firmware brings along: machine.I2C, onewire, ds18x20, neopixel.
"""

from binascii import hexlify, unhexlify

from machine import I2C, Pin

from moonhop_core.things.things import SECOND, ThingError

CONVERSION = 750000  # microseconds that a DS18B20 measures with 12 bits (its data sheet)
POWER_ON = 85.0  # what it says if it was without power since the conversion began


def open_i2c(part):
    """Return the bus at a part's pins: data, clock."""
    data, clock = part["pins"]
    return I2C(0, sda=Pin(data), scl=Pin(clock), freq=part.get("hz", 100000))


class Bus:
    """An I2C bus of a program. Bytes are texts of code points 0..255."""

    def __init__(self, part):
        self.i2c = open_i2c(part)

    def scan(self):
        """Return the addresses of the chips that answer."""
        return list(self.i2c.scan())

    def read(self, address, count, register):
        """Return bytes of a chip."""
        if register is None:
            data = self.i2c.readfrom(address, count)
        else:
            data = self.i2c.readfrom_mem(address, register, count)
        return "".join([chr(byte) for byte in data])

    def write(self, address, text, register):
        """Send bytes to a chip."""
        data = bytes([ord(char) for char in text])
        if register is None:
            self.i2c.writeto(address, data)
        else:
            self.i2c.writeto_mem(address, register, data)

    def state(self):
        """There is none."""

    def off(self):
        """There is nothing to switch off."""


class Wire:
    """A 1-wire bus, of a program or with a thermometer (DS18B20 and its like) as a sensor.
    Keys: id."""

    changes = False

    def __init__(self, part):
        import onewire
        from ds18x20 import DS18X20

        self.failures = (onewire.OneWireError,)
        self.bus = onewire.OneWire(Pin(part["pins"][0]))
        self.chips = DS18X20(self.bus)
        self.ident = part.get("id")
        self.period = int(part.get("every", 1) * SECOND)

    def scan(self):
        """Return the ids of the chips at the bus, as hexadecimal digits."""
        return [hexlify(bytes(rom)).decode() for rom in self.bus.scan()]

    def begin(self):
        """Have all thermometers measure."""
        try:
            self.chips.convert_temp()
        except self.failures:
            raise ThingError("no chip answers; check wires and the resistor to 3.3 V")
        return CONVERSION

    def read(self, ident=None):
        """Return degrees Celsius of a chip, or of the first one."""
        ident = ident or self.ident
        if ident is None:
            found = self.chips.scan()
            if not found:
                raise ThingError("no thermometer answers; check wires and the resistor to 3.3 V")
            rom = found[0]
        else:
            rom = bytearray(unhexlify(ident))
        try:
            value = self.chips.read_temp(rom)
        except Exception as error:  # a wrong checksum comes as a plain one
            raise ThingError("%s: %s" % (ident or "the thermometer", error or "no chip answers"))
        if value == POWER_ON:
            raise ThingError("the thermometer had no power while it measured")
        return value

    def state(self):
        """There is none."""

    def off(self):
        """There is nothing to switch off."""


class Lamps:
    """A chain of lamps with a chip in each (WS2812). Keys: count."""

    def __init__(self, part):
        from neopixel import NeoPixel

        self.lamps = NeoPixel(Pin(part["pins"][0], Pin.OUT), part.get("count", 1))
        self.value = None

    def fill(self, colour):
        """Give all lamps a colour, [red, green, blue]."""
        self.lamps.fill(tuple(colour))

    def show(self):
        """Send the colours to the lamps."""
        self.lamps.write()

    def put(self, place, colour):
        """Give a lamp a colour; places count from 0."""
        self.lamps[place] = tuple(colour)

    def state(self):
        """Return the colours of all lamps."""
        return [list(self.lamps[i]) for i in range(len(self.lamps))]

    def restore(self, colours):
        """Show what was shown elsewhere, as far as the chain goes."""
        for place in range(min(len(colours), len(self.lamps))):
            self.put(place, colours[place])
        self.show()

    def off(self):
        """Make all dark."""
        self.fill((0, 0, 0))
        self.show()


class ProgramLamps(Lamps):
    """The same as programs have it: a lamp is set, and shown by `show`."""

    def set(self, place, colour):
        """Give a lamp a colour."""
        self.put(place, colour)


class LampActuator(Lamps):
    """The same as an actuator: shown at once."""

    def set(self, value):
        """Set brightness (0 to 1, a boolean), one colour ([red, green, blue]) or one for each."""
        if type(value) in (bool, int, float) and 0 <= value <= 1:
            self.fill([int(value * 255)] * 3)
        elif is_colour(value):
            self.fill(value)
        elif type(value) is list and len(value) <= len(self.lamps) and all(map(is_colour, value)):
            for place in range(len(value)):
                self.put(place, value[place])
        else:
            raise ThingError("it takes a number from 0 to 1, a colour {r, g, b} or a list of these")
        self.value = value
        self.show()

    def get(self):
        """Return what it was set to."""
        return self.value

    def state(self):
        """Return what it was set to."""
        return self.value

    def restore(self, value):
        """Set it as it was elsewhere."""
        self.set(value)


def is_colour(value):
    """Tell whether a value is three numbers from 0 to 255."""
    return (
        type(value) is list
        and len(value) == 3
        and all(type(part) is int and 0 <= part <= 255 for part in value)
    )


def device(kind, driver, part):
    """Return a device for a part, or for what a program opens itself (kind and driver are one)."""
    if driver == "onewire":
        return Wire(part)
    if driver == "neopixel":
        return LampActuator(part) if kind == "actuator" else ProgramLamps(part)
    if kind == "i2c":
        return Bus(part)
    from board_chips import chip

    return chip(kind, part, open_i2c(part))
