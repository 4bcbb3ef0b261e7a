"""Interrupts turns that take too long or too much, from a thread of its own.

One thread serves all engines of this OS process. It sleeps until the first turn that runs would be
over, so that a turn costs two looks at a clock and a lock that nobody else wants. What it does
to an engine is `engine.interrupt(reason)`, again and again until the turn ends, and
`engine.calm()` afterwards; whoever runs engines in other OS processes can use the same two.
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

from moonhop_core.process import bounds

REPEAT = 0.02  # seconds between interrupts of one turn
STUCK = 1.0  # seconds of interrupts after which a turn counts as stuck


class Interruptible(Protocol):
    """What an engine offers a watch. Both are called while the turn cannot end."""

    def interrupt(self, reason: str) -> None:
        """End the turn that runs, from another thread."""

    def calm(self) -> None:
        """Take back what has not yet come of `interrupt`, on the turn's thread."""


class Watch(bounds.Watch):
    """Watches over one engine's turns.

    seconds  of the processor's time (where the system counts it by thread) that a turn may take
    excess   called now and then while a turn runs; the reason to interrupt it, or ""
    stuck    called once, on the watchdog's thread, for a turn that no interrupt ends
    """

    def __init__(
        self,
        dog: "Watchdog",
        engine: Interruptible,
        seconds: float,
        excess: "Callable[[], str] | None" = None,
        stuck: "Callable[[str], None] | None" = None,
    ):
        self.seconds = seconds
        self._dog = dog
        self._engine = engine
        self._excess = excess
        self._stuck = stuck
        self.turn_number = 0
        self._lock = threading.Lock()
        self._masked = False
        self._over = math.inf  # when the turn is over
        self.look = math.inf  # when the dog has to look next
        dog.add(self)

    def begin(self) -> None:
        """A turn begins on this thread."""
        self.turn_number += 1
        self.thread = threading.get_ident()
        self._used = time.thread_time()
        self.reason = ""
        self._masked = False
        now = time.monotonic()
        self._over = look = now + self.seconds
        if self._excess is not None:
            look = min(look, now + self._dog.sampling)
        self.look = look
        if look < self._dog.planned:
            self._dog.wake()

    def end(self) -> None:
        """The turn is over: no interrupt comes from now on."""
        with self._lock:
            self.look = math.inf
            if self.reason:
                self._engine.calm()

    def mask(self) -> None:
        """The host's own code begins: interrupts wait until `unmask`."""
        with self._lock:
            self._masked = True
            if self.reason:
                self._engine.calm()

    def unmask(self) -> None:
        """The program goes on."""
        with self._lock:
            self._masked = False
            if self.reason and self.look != math.inf:
                self._engine.interrupt(self.reason)

    def interrupt(self, reason: str, turn: "int | None" = None) -> None:
        """End the turn that runs, if one does, for another reason; on any thread. `turn`: only if
        it is the one of this number."""
        with self._lock:
            if self.look == math.inf or self.reason or turn not in (None, self.turn_number):
                return
            self.reason = reason
            self._since = self.look = time.monotonic()
        self._dog.wake()

    def close(self) -> None:
        """There will be no more turns."""
        self._dog.remove(self)

    def check(self, now: float) -> float:
        """Look at the turn; return when to look again. The watchdog's thread calls this."""
        with self._lock:
            if self.look > now:
                return self.look
            if not self.reason:
                self.reason = self._judge(now)
                if not self.reason:
                    return self.look
                self._since = now
            if not self._masked:
                self._engine.interrupt(self.reason)
            self.look = now + REPEAT
            stuck, self._stuck = self._stuck, None
            if stuck is not None and now - self._since < STUCK:
                self._stuck, stuck = stuck, None
        if stuck is not None:
            stuck(self.reason)
        return self.look

    def _judge(self, now: float) -> str:
        """Return why the turn has to end, or "" and set `look`."""
        if now >= self._over:
            left = self.seconds - self._spent()
            if left <= 0:
                return bounds.over_text(self.seconds)
            self._over = now + max(left, 0.001)
        self.look = self._over
        if self._excess is not None:
            self.look = min(self._over, now + self._dog.sampling)
            return self._excess()
        return ""

    def _spent(self) -> float:
        """Return the processor's time that the turn has taken, seconds."""
        if not hasattr(time, "pthread_getcpuclockid"):
            return math.inf  # the clock on the wall must do
        return time.clock_gettime(time.pthread_getcpuclockid(self.thread)) - self._used


class Watchdog:
    """The thread that looks after all watches. planned: when it will look next."""

    sampling = 0.03  # seconds between looks at the memory of engines that cannot bound it

    def __init__(self) -> None:
        self.planned = math.inf
        self._watches: set[Watch] = set()
        self._event = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def add(self, watch: Watch) -> None:
        """Look after a watch, from its next turn on."""
        if self._thread is None or not self._thread.is_alive():  # a fork leaves it behind
            with self._starting:
                if self._thread is None or not self._thread.is_alive():
                    self.planned = math.inf
                    self._event = threading.Event()
                    self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                    self._thread.start()
        self._watches.add(watch)

    def remove(self, watch: Watch) -> None:
        """Look after a watch no more."""
        self._watches.discard(watch)

    def wake(self) -> None:
        """Have it look at once: a turn will be over sooner than it planned to look."""
        self._event.set()

    def _run(self) -> None:
        while True:
            # Before the looks: a turn that begins meanwhile either is seen, or sees this and wakes.
            self.planned = math.inf
            now = time.monotonic()
            first = math.inf
            for watch in tuple(self._watches):
                first = min(first, watch.look if watch.look > now else watch.check(now))
            self.planned = first
            wait = None if first == math.inf else max(first - time.monotonic(), 0)
            if self._event.wait(wait):
                self._event.clear()


DOG = Watchdog()
