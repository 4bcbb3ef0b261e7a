"""What the unix port's `machine` lacks of a board's: reset, its cause, a watchdog, memory that
outlives a reset. The chip beyond it is moonhop.boards.chip, at the other end of a pipe."""

import binascii
import os
import time

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = range(1, 6)  # as on an ESP32

_chip = open(int(os.getenv("MOONHOP_CHIP")), "w")  # noqa: SIM115 - as long as it runs
_memory = binascii.unhexlify(os.getenv("MOONHOP_RTC"))


def _tell(*words):
    _chip.write(" ".join(words) + "\n")


def reset():
    """Start again; does not return."""
    _end("reset")


def cut_power():
    """Lose power and get it back: memory is lost, and the port goes; does not return. No board has
    this: it is for pretended hardware that chooses the moment."""
    _end("cut")


def _end(how):
    _tell(how)
    while True:
        time.sleep(1)


def reset_cause():
    """Return why the board started, one of the constants above."""
    return int(os.getenv("MOONHOP_CAUSE"))


class WDT:
    """Resets the board if it is not fed for `timeout` milliseconds."""

    def __init__(self, id=0, timeout=5000):
        _tell("watch", str(timeout))

    def feed(self):
        """Have it wait for as long again."""
        _tell("feed")


class RTC:
    """Memory of up to 2048 bytes that outlives a reset, and no power cut; and the clock."""

    def memory(self, data=None):
        """Return what is in it, or write it."""
        global _memory
        if data is None:
            return _memory
        if len(data) > 2048:
            raise ValueError("buffer too long")
        _memory = bytes(data)
        _tell("memory", binascii.hexlify(_memory).decode())

    def datetime(self, moment):
        """Set the clock, where it can be set, to (year, month, day, weekday, hour, minute, second,
        microsecond)."""
        if hasattr(time, "set"):
            time.set(moment)
