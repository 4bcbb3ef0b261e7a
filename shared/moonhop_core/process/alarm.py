"""Ends turns that take too long on MicroPython, where nothing can raise an exception in code that
runs: what a program does asks for it (`lang/checks.py`, `lua/alarm.py`), and the alarm answers.

A board's timer rings it, or a thread where there are threads and no timer (unix); in a browser
there is neither, and no slice. A turn sets it only if it is not set yet, or for too late a moment:
a node with many short turns sets it once in a slice.
"""

import time

from moonhop_core.lua.alarm import RANG
from moonhop_core.process.bounds import Watch, over_text

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.lua.machine import Machine

NAP = 2000  # milliseconds that the thread sleeps while there is no turn
REPEAT = 20  # milliseconds between rings for one turn: `load` may have made new code
LONGEST = 400_000  # seconds that can be counted in milliseconds on every board
clock: "Any" = time  # CPython's has not all that is used here
CPU: "Any" = getattr(time, "clock", None)  # tells the processor's time used, seconds


class AlarmWatch(Watch):
    """Watches over the turns of one machine.

    seconds  what a turn may take: of the processor's time where it can be had
    machine  whose units' checks are made to fail

    The class has what all share, for only one turn runs at a time:

    turn     the watch of the turn that runs, or None
    due      when that is over, by time.ticks_ms(); began: what CPU() told at its start
    planned  when the alarm looks next; None: never
    number   of the thread that does
    """

    turn: "AlarmWatch | None" = None
    due = number = 0
    planned: "int | None" = None
    began: float = 0
    seconds: float
    machine: "Machine"
    threads: "Any"  # the module
    lock: "Any"  # between the turn's thread and the alarm's
    timer: "Any" = None

    def begin(self) -> None:
        """A turn begins."""
        self.reason = ""
        alarm = AlarmWatch
        left = int(self.seconds * 1000) or 1
        with alarm.lock:
            if CPU is not None:
                alarm.began = CPU()
            alarm.due = clock.ticks_add(clock.ticks_ms(), left)
            alarm.turn = self
            if alarm.planned is not None and clock.ticks_diff(alarm.planned, alarm.due) <= 0:
                return
            alarm.planned = alarm.due
            timer = alarm.timer
            if timer is not None:
                timer.init(mode=timer.ONE_SHOT, period=left, callback=look)
            else:
                alarm.number += 1
                alarm.threads.start_new_thread(sleep, (alarm.number, left))

    def end(self) -> None:
        """The turn is over: nothing rings from now on."""
        with AlarmWatch.lock:
            AlarmWatch.turn = None
        if self.reason:
            RANG.clear()
            for unit in self.machine.units:
                unit.allow(True)


def look(timer: "Any" = None) -> int:
    """Have the program's checks fail if its turn is over. Returns in how many milliseconds to look
    again, 0: not before the alarm is set; a timer is set to that by itself."""
    alarm = AlarmWatch
    watch = alarm.turn
    if watch is None:
        alarm.planned = None
        return 0
    now = clock.ticks_ms()
    left: int = clock.ticks_diff(alarm.due, now)
    if left <= 0 and CPU is not None:
        try:
            left = int((watch.seconds + alarm.began - CPU()) * 1000)
        except MemoryError:  # no room for a float
            pass
    if left <= 0:
        left = REPEAT
        watch.reason = over_text(watch.seconds)
        if not RANG:
            RANG.append(1)
        for unit in watch.machine.units:
            unit.allow(False)
    alarm.planned = clock.ticks_add(now, left)
    if timer is not None:
        timer.init(mode=timer.ONE_SHOT, period=left, callback=look)
    return left


def sleep(number: int, left: int) -> None:
    """Look in so many milliseconds, and again and again: on a thread of its own. One that is
    started for an earlier moment takes this one's place.

    It sleeps on where there is no turn: a new thread would keep, by what it has in its registers
    from the one that started it, memory of programs that have ended."""
    alarm = AlarmWatch
    while True:
        clock.sleep_ms(left)
        with alarm.lock:
            if number != alarm.number:
                return
            left = look()
            if not left:
                left = NAP
                alarm.planned = clock.ticks_add(clock.ticks_ms(), left)


def bounded(
    make: "Callable[[Any, Any], Any]", slice: "float | None" = None
) -> "Callable[[Any, Any], Any]":
    """Return what makes engines python whose turns are watched, if this MicroPython has threads.
    slice: seconds that a turn may take if the manifest does not say; None: as long as it likes."""
    try:
        AlarmWatch.threads = threads = __import__("_thread")
    except ImportError:
        return make
    AlarmWatch.lock = threads.allocate_lock()
    try:
        from machine import Timer  # type: ignore[import-not-found,unused-ignore]

        try:
            AlarmWatch.timer = Timer(-1)
        except ValueError:  # there are no virtual ones
            AlarmWatch.timer = Timer(0)
    except ImportError:
        pass

    def bounded_engine(program: "Any", host: "Any") -> "Any":
        engine = make(program, host)
        seconds = program.manifest.get("slice") or slice
        if seconds is not None and seconds < LONGEST:
            watch = engine.watch = AlarmWatch()
            watch.seconds = seconds
            watch.machine = engine.machine
        return engine

    return bounded_engine
