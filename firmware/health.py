"""Whether a boot is good, and the end of one that is not."""

import asyncio
import sys

UP = 60  # seconds after which a boot is good without a broker
PROOF = 120  # seconds that a set on trial has to reach the broker


def reset():
    """Restart the board; on a MicroPython that cannot, end it."""
    try:
        from machine import reset
    except ImportError:
        raise SystemExit
    reset()


class Health:
    """Tells the starter when this boot is good. `how` is what the starter said of it, or None."""

    def __init__(self, how):
        self._born = asyncio.Event()
        if how and how["set"] and not how["safe"]:
            self._task = asyncio.create_task(self._prove(how["trial"]))

    def born(self):
        """The broker has acknowledged the birth."""
        self._born.set()

    async def _prove(self, trial):
        try:
            await asyncio.wait_for(self._born.wait(), PROOF if trial else UP)
        except asyncio.TimeoutError:
            if trial:
                print("moonhop: no broker with this set of files; back to the last good one")
                reset()
        from moonhop_start import good

        good(self._born.is_set())
        del sys.modules["moonhop_start"]
