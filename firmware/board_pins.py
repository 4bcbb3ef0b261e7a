"""Drivers for single pins, and for the thermometer in the chip."""

from machine import ADC, PWM, Pin

from moonhop_core.things.things import DIGITAL, SECOND, ThingError
from moonhop_core.things.virtual import Kept

FULL = 65535  # what machine's 16-bit readings and duties are at most


class Gpio:
    """A digital pin of a program. Options: mode, pull."""

    def __init__(self, part):
        self.mode = part["mode"]
        modes = {"in": Pin.IN, "out": Pin.OUT, "open_drain": Pin.OPEN_DRAIN}
        pull = {None: None, "up": Pin.PULL_UP, "down": Pin.PULL_DOWN}[part.get("pull")]
        self.pin = Pin(part["pins"][0], modes[self.mode], pull)

    def get(self):
        """Return whether it is high."""
        return self.pin.value() == 1

    def set(self, level):
        """Make it high or low."""
        if self.mode == "in":
            raise ThingError("a pin that is open for reading cannot be set")
        self.pin.value(1 if level else 0)

    def toggle(self):
        """Make it what it is not; return what it is now."""
        self.set(not self.get())
        return self.get()

    def state(self):
        """Return the level that was set, None for one that is read."""
        return None if self.mode == "in" else self.get()

    def restore(self, level):
        """Set the level that it had elsewhere."""
        self.set(level)

    def off(self):
        """Let it float."""
        self.pin.init(Pin.IN)


class Level:
    """A sensor that is a digital pin. Keys: pull, inverted."""

    changes = True
    period = DIGITAL

    def __init__(self, part):
        pull = {None: None, "up": Pin.PULL_UP, "down": Pin.PULL_DOWN}[part.get("pull")]
        self.pin = Pin(part["pins"][0], Pin.IN, pull)
        self.low = 0 if not part.get("inverted") else 1
        self.period = int(part.get("every", DIGITAL / SECOND) * SECOND)

    def begin(self):
        """Take no time."""
        return 0

    def read(self):
        """Return whether it is active."""
        return self.pin.value() != self.low


class Switch(Kept):
    """An actuator that is a digital pin. Keys: inverted."""

    def __init__(self, part):
        self.low = 0 if not part.get("inverted") else 1
        self.pin = Pin(part["pins"][0], Pin.OUT, value=self.low)

    def set(self, value):
        """Switch on for true and numbers that are not 0."""
        if type(value) not in (bool, int, float):
            raise ThingError("it takes true, false or a number")
        self.value = value
        self.pin.value(1 - self.low if value else self.low)

    def off(self):
        """Switch off."""
        self.pin.value(self.low)


class Analog:
    """An analog pin, of a program or as a sensor, which gives volts. Keys: factor, offset."""

    changes = False

    def __init__(self, part):
        self.adc = ADC(Pin(part["pins"][0]))
        if hasattr(ADC, "ATTN_11DB"):  # the whole range of the pin's voltage
            try:
                self.adc = ADC(Pin(part["pins"][0]), atten=ADC.ATTN_11DB)
            except TypeError:  # a port that sets it in another way
                pass
        self.factor = part.get("factor", 1)
        self.offset = part.get("offset", 0)
        self.period = int(part.get("every", 1) * SECOND)

    def begin(self):
        """Take no time."""
        return 0

    def read(self):
        """Return the sensor's value, or for a program the share of the range."""
        return self.volts() * self.factor + self.offset

    def share(self):
        """Return how much of the range it is, 0 to 1."""
        return self.adc.read_u16() / FULL

    def volts(self):
        """Return the voltage, by the chip's own calibration where it has one."""
        if hasattr(self.adc, "read_uv"):
            return self.adc.read_uv() / 1000000
        return self.share() * 3.3

    def state(self):
        """There is none."""

    def off(self):
        """There is nothing to switch off."""


class ProgramAnalog(Analog):
    """The same as programs have it: `read` is the share of the range."""

    def read(self):
        """Return how much of the range it is, 0 to 1."""
        return self.share()


class Pulse(Kept):
    """A pin that is high for a share of the time, as an actuator or of a program. Keys: hz."""

    def __init__(self, part):
        self.hz = part.get("hz", 1000)
        self.number = part["pins"][0]
        self.pwm = PWM(Pin(self.number), freq=self.hz, duty_u16=0)

    def set(self, value):
        """Set the share, 0 to 1; false and true are these."""
        if type(value) not in (bool, int, float) or not 0 <= value <= 1:
            raise ThingError("it takes a number from 0 to 1")
        self.value = value
        self.pwm.duty_u16(int(value * FULL + 0.5))

    def freq(self, hz):
        """Change the frequency."""
        self.pwm.freq(hz)
        self.hz = hz

    def state(self):
        """Return frequency and share."""
        return [self.hz, self.value]

    def restore(self, state):
        """Set it as it was elsewhere."""
        self.freq(state[0])
        if state[1] is not None:
            self.set(state[1])

    def off(self):
        """Make it low."""
        self.pwm.deinit()
        Pin(self.number, Pin.OUT, value=0)


class ChipTemperature:
    """The thermometer in the chip, in degrees Celsius; the first ESP32 gives Fahrenheit."""

    changes = False

    def __init__(self, part, raw):
        import esp32

        self.measure = esp32.raw_temperature if raw else esp32.mcu_temperature
        self.raw = raw
        self.period = int(part.get("every", 1) * SECOND)

    def begin(self):
        """Take no time."""
        return 0

    def read(self):
        """Return degrees Celsius."""
        found = self.measure()
        return (found - 32) / 1.8 if self.raw else found


def device(kind, driver, part):
    """Return a device for a part, or for what a program opens itself (kind and driver are one)."""
    if driver == "pin":
        return (
            Level(part) if kind == "sensor" else Switch(part) if kind == "actuator" else Gpio(part)
        )
    if driver == "adc":
        return Analog(part) if kind == "sensor" else ProgramAnalog(part)
    if driver == "pwm":
        return Pulse(part)
    return ChipTemperature(part, driver == "raw_temperature")
