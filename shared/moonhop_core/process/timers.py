"""Timers (`after`, `every`) and `sleep`.

A periodic timer has its ticks at start + n * period, however late each one runs. Ticks run one at
a time; those missed while one runs (or while the process is paused) become a single late one.
"""

from moonhop_core.process.arguments import MICROSECONDS
from moonhop_core.process.engine import FLOAT_BITS, Obj, Suspend

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call
    from moonhop_core.process.process import Process


class Timer:
    """One timer; times are microseconds.

    handle  the kept function
    period  None for `after`
    entry   the number of its agenda entry, None for one that waits forever
    tick    the task that runs its function now, or None
    missed  a tick was due while one ran
    """

    def __init__(self, ident: int, handle: int, period: "int | None"):
        self.ident = ident
        self.handle = handle
        self.period = period
        self.entry: "int | None" = None
        self.tick: "int | None" = None
        self.missed = False


class Timers:
    """The timers of a process, by id."""

    def __init__(self, process: "Process"):
        self.process = process
        self.all: "dict[int, Timer]" = {}

    def add(self, handle: int, delay: "int | None", period: "int | None") -> Timer:
        """Start a timer; `delay` None: it never fires."""
        timer = self.make(self.process.new_id(), handle, period)
        if delay is not None:
            self.enter(timer, self.process.host.monotonic() + delay)
        return timer

    def make(self, ident: int, handle: int, period: "int | None") -> Timer:
        """Add a timer that is not on the agenda."""
        timer = self.all[ident] = Timer(ident, handle, period)
        return timer

    def enter(self, timer: Timer, moment: int) -> None:
        """Put the timer on the agenda."""
        timer.entry = self.process.agenda.add(moment, ["timer", timer.ident, moment])
        self.process.host.changed()

    def fire(self, ident: int, moment: int, now: int) -> None:
        """Run a timer's function; `moment` is when it was due."""
        timer = self.all[ident]
        timer.entry = None
        period = timer.period
        if period is None:
            del self.all[ident]
            self.process.tasks.start(
                self.process.new_id(), timer.handle, [], ["timer", ident], drop=True
            )
            return
        late = now - moment
        self.enter(timer, moment + (late // period + 1) * period)
        if timer.tick is None:
            self._tick(timer)
        else:
            timer.missed = True

    def _tick(self, timer: Timer) -> None:
        owner = ["timer", timer.ident]
        task = self.process.tasks.start(self.process.new_id(), timer.handle, [], owner)
        timer.tick = task.tid

    def ended(self, ident: int) -> None:
        """The function of a timer has returned."""
        timer = self.all.get(ident)
        if timer is not None:
            timer.tick = None
            if timer.missed:
                timer.missed = False
                self._tick(timer)

    def cancel(self, ident: int) -> bool:
        """Stop a timer; a tick that has begun goes on. Tells whether it was still there."""
        timer = self.all.pop(ident, None)
        if timer is None:
            return False
        if timer.entry is not None:
            self.process.agenda.remove(timer.entry)
        self.process.cancel_unstarted(timer.tick)
        self.process.engine.drop(timer.handle)
        return True


# ---------------------------------------------------------------- operations


def now(call: "Call") -> "list[Any]":
    """now(): seconds since 1970, a float; whole seconds where floats are too small for more."""
    moment = call.process.host.now()
    return [moment / MICROSECONDS if FLOAT_BITS > 32 else moment // MICROSECONDS]


def sleep(call: "Call") -> Suspend:
    """sleep(s): let others run for at least this long."""
    return Suspend(["sleep", call.duration(0)])


def after(call: "Call") -> "list[Any]":
    """after(s, fn): call fn once, in a task of its own."""
    delay = call.duration(0)
    timer = call.process.timers.add(call.function(1), delay, None)
    return [Obj("timer", timer.ident)]


def every(call: "Call") -> "list[Any]":
    """every(s, fn): call fn again and again, in tasks of their own."""
    period = call.duration(0)
    if period == 0:
        raise call.bad(0, "interval must be positive")
    timer = call.process.timers.add(call.function(1), period, period)
    return [Obj("timer", timer.ident)]


def cancel(call: "Call") -> "list[Any]":
    """timer:cancel(): true if it was still there."""
    return [call.process.timers.cancel(call.ident())]


OF_TIMERS: "dict[str, Callable[[Call], Any]]" = {
    "now": now,
    "sleep": sleep,
    "after": after,
    "every": every,
    "timer.cancel": cancel,
}
