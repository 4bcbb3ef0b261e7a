"""The things of a board: finds the driver of each, and loads it when something first uses it."""

from moonhop_core.things.things import ThingError, Things
from moonhop_core.things.virtual import maker

VIRTUAL = ("recorded", "constant", "kept")
AT_PINS = ("pin", "adc", "pwm", "mcu_temperature", "raw_temperature")
AT_BUSES = ("i2c", "onewire", "neopixel")


def make_things(config, elapsed):
    """Return the things of a configuration; `elapsed` gives the microseconds since the start."""
    virtual = maker(elapsed)

    def make(kind, part):
        driver = part.get("driver", kind)
        if driver in VIRTUAL:
            return virtual(kind, part)
        if driver in AT_PINS:
            from board_pins import device
        elif driver in AT_BUSES:
            from board_buses import device
        else:
            raise ThingError("this board has no driver '%s'" % driver)
        return device(kind, driver, part)

    return Things(config, make, elapsed)
