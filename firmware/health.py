"""A board's health: whether this boot is good, the watchdog, why it started, how it restarts."""

import asyncio
import sys

import black_box
from moonhop_core.node.tasks import Tasks

try:
    import machine
except ImportError:  # a MicroPython without hardware
    machine = None
try:
    from esp32 import Partition
except ImportError:
    Partition = None

UP = 60  # seconds after which a boot is good without a broker
PROOF = 120  # seconds that a set on trial has to reach the broker, if moonhop.json does not say
WATCHDOG = 30  # seconds without a turn of the loop
AT_PROMPT = 3600000  # milliseconds that are left to whoever interrupts the worker
TOLD = 600  # bytes of the last words that the birth tells
FAREWELL = 3  # seconds to leave in good order before a restart
CAUSES = ("PWRON", "power-on", "HARD", "reset", "WDT", "watchdog", "SOFT", "soft reset") + (
    "DEEPSLEEP",
    "deep sleep",
)


def reset_cause():
    """Return why the board started, in a word or two; None if it cannot tell."""
    try:
        cause = machine.reset_cause()
    except AttributeError:
        return None
    for i in range(0, len(CAUSES), 2):
        if getattr(machine, CAUSES[i] + "_RESET", None) == cause:
            return CAUSES[i + 1]
    return str(cause)


def reset():
    """Restart the board; where that is impossible, end the program."""
    if hasattr(machine, "reset"):
        machine.reset()
    raise SystemExit


def slot():
    """Return the name of the place in flash whose firmware runs; None if there is no other one."""
    try:
        running = Partition(Partition.RUNNING)
        running.get_next_update()
        return running.info()[4]
    except (AttributeError, OSError):
        return None


def report(how):
    """Return what the birth tells of this boot (NMP-023). `how` is what the starter said of it."""
    found = {"cause": reset_cause(), "slot": slot(), "log": black_box.read()[-TOLD:]}
    found.update(how or {})
    return {key: value for key, value in found.items() if value}


class Health:
    """Proves this boot and feeds the watchdog. `how` is what the starter said of this boot, or
    None. `config` is moonhop.json: `watchdog` has the seconds without a turn of the loop after
    which the board is reset, 0: never; `proof` those that a set on trial has to reach the broker.
    """

    def __init__(self, how, config):
        seconds = config.get("watchdog", WATCHDOG)
        self._born = asyncio.Event()
        self.spawn = Tasks().spawn
        trial = bool(how and how["trial"])
        self._dog = None
        if hasattr(machine, "WDT") and (seconds or trial):  # for a trial, the starter has set it
            self._seconds = seconds or PROOF
            self._dog = machine.WDT(timeout=self._seconds * 1000)
            self.spawn(self._feed())
        if how and how["set"] and not how["safe"]:
            self.spawn(self._prove(trial, config.get("proof", PROOF) if trial else UP))

    def born(self):
        """The broker has acknowledged the birth, and so has the last words."""
        self._born.set()
        black_box.clear()
        if slot():
            Partition.mark_app_valid_cancel_rollback()

    def at_prompt(self):
        """Have the watchdog wait long: it cannot be switched off."""
        if self._dog:
            machine.WDT(timeout=AT_PROMPT)

    async def _feed(self):
        while True:
            self._dog.feed()
            await asyncio.sleep(self._seconds / 4)

    async def _prove(self, trial, seconds):
        try:
            await asyncio.wait_for(self._born.wait(), seconds)
        except asyncio.TimeoutError:
            if trial:
                black_box.say("moonhop: no broker with this set of files; back to the last one")
                reset()
        from moonhop_start import good

        good(self._born.is_set())
        del sys.modules["moonhop_start"]

    def offer_restart(self, worker):
        """Give a worker the verb `restart` (NMP-024)."""

        async def restart(request):
            self.spawn(self._restart(worker))
            return {}

        worker.special["restart"] = restart

    async def _restart(self, worker):
        """Leave in good order and start again; not in safe mode, for this boot did not fail."""
        from moonhop_start import leave_safe_mode

        leave_safe_mode()
        try:
            await asyncio.wait_for(worker.link.drain(), FAREWELL)  # who asked gets an answer
            await asyncio.wait_for(worker.stop(), FAREWELL)
        except (OSError, asyncio.TimeoutError):
            pass
        black_box.clear()
        reset()
