"""In the worker: stands where a Process stands, and has the work done by its child.

Messages and answers wait until the next order, which takes them along; what the process does comes
back before the order's answer and goes to the host. So an order a turn is all that isolation costs.
"""

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from moonhop.isolation import system
from moonhop.isolation.nursery import Nursery
from moonhop.isolation.wire import Gone
from moonhop_core.errors import MoonhopError
from moonhop_core.process.api import OPERATIONS
from moonhop_core.process.bounds import SLICE
from moonhop_core.process.clock import VirtualClock
from moonhop_core.process.host import Host
from moonhop_core.process.image import ImageError
from moonhop_core.process.process import ENDED, FAILED, NEW, PAUSED, RUNNING
from moonhop_core.process.program import Program

TURNS = 5000  # microseconds of turns in one order
GRACE = 1.0  # seconds beyond the slice for the child to stop by itself
STARVED = 10  # times as long may a turn take whose child does not get the processor
OTHER = 60.0  # seconds for orders that run nothing of the program
BATCH = 32 << 10  # characters of an image in one order
ENDINGS = (ENDED, FAILED)
EFFECTS = ("output", "evaluated", "publish", "subscribe", "unsubscribe", "request")
UNNAMED = ("open", "close", "state")  # what things are asked for besides the program's operations


class Fault(Exception):
    """A fault of moonhop, in the child."""


class IsolatedProcess:
    """A process in a child; see Process for what the methods do.

    engine   the engine's name; `nursery` gives the child
    virtual  the host's time is virtual, and each order takes it along
    closed   topics below this are closed to programs
    turns    microseconds of turns in one order; 0: one turn
    """

    def __init__(
        self,
        program: Program,
        host: Host,
        pid: str = "1",
        app: str = "",
        args: Iterable[str] = (),
        node: dict[str, Any] | None = None,
        epoch: int = 1,
        *,
        engine: str,
        nursery: Nursery,
        call_soon: Callable[..., Any] | None = None,
        closed: str = "",
        turns: int = TURNS,
    ) -> None:
        self.program = program
        self.host = host
        self.pid = pid
        self.epoch = epoch
        self.status = NEW
        self.exit_status: int | None = None
        self.failure: list[str] | None = None
        self.gone = False
        self._turns = turns
        self._slice: float | None = program.manifest.get("slice") or (SLICE if closed else None)
        self._virtual = isinstance(getattr(host, "clock", None), VirtualClock)
        self._due: int | None = None
        self._inbox: list[list[Any]] = []
        self._who = (pid, epoch)  # as the child knows it
        self._lock = threading.RLock()  # held while an order is under way
        self._lines: list[str] = []  # of an image, not sent yet
        self._size = 0  # characters in them
        self._killed = ""  # why we did it
        form = program.form(engine)
        self.child = nursery.take()
        if call_soon is not None:
            self.child.on_end = functools.partial(call_soon, self._ended)
        made = {
            "program": {
                "name": program.name,
                "hash": program.hash,
                "manifest": program.manifest,
                "source": program.text,
                "text": form if engine == "python" else form.text,
                "info": None if engine == "python" else form.info,
            },
            "engine": engine,
            "pid": pid,
            "app": app,
            "args": list(args),
            "node": node,
            "epoch": epoch,
            "virtual": self._virtual,
            "closed": closed,
        }
        self._tell(["make", made])

    # -- what the owner calls ----------------------------------------------------------------------

    def start(self) -> None:
        """Begin. Raises MoonhopError."""
        self._order(OTHER, "start")

    def turn(self) -> bool:
        """Run what is ready for a while. Tells whether more is ready."""
        if self.gone or self.status != RUNNING:
            return False
        if not self._inbox:
            due = self._due
            if due is None or due > self.host.monotonic():
                return False
        try:
            return bool(self._order(None, "turn", self._turns))
        except Gone:
            return False  # `_lost` has seen to it

    def due(self) -> int | None:
        """Return the moment of the next turn."""
        if self.status != RUNNING:
            return None
        return self.host.monotonic() if self._inbox else self._due

    def deliver(self, topic: str, payload: str) -> bool:
        """Take a message in; the child finds out whether anybody hears it."""
        if self.status not in (RUNNING, PAUSED):
            return False
        self._inbox.append(["message", topic, payload])
        return True

    def finish(self, number: int, values: list[Any] | None, error: str | None = None) -> None:
        """Take an answer in."""
        if self.status in (RUNNING, PAUSED):
            self._inbox.append(["answer", number, values, error])

    def pause(self) -> None:
        """Stand still."""
        self._order(OTHER, "pause")
        self.host.changed()

    def resume(self) -> None:
        """Go on."""
        self._order(OTHER, "resume")
        self.host.changed()

    def stop(self) -> None:
        """End the process, at rest."""
        if self.status not in ENDINGS:
            self._order(OTHER, "stop")

    def let_go(self) -> None:
        """Forget everything, and end the child."""
        self.gone = True
        self.status = ENDED
        self._inbox.clear()
        self.child.close()

    def interrupt(self) -> None:
        """End a turn that is under way, from another thread; nothing is left to go on with."""
        self.gone = True
        self.child.kill()

    def snapshot(self, put_line: Callable[[str], Any], epoch: int | None = None) -> str:
        """Write the image. Raises ImageError, MoonhopError."""
        digest: str = self._order(OTHER, "snapshot", epoch, put_line=put_line)
        return digest

    def reader(self) -> "IsolatedProcess":
        """Return what takes an image line by line: this."""
        return self

    def feed(self, line: str | bytes) -> None:
        """Take a line of an image. What is wrong with it is told by `finish_restore`."""
        self._lines.append(line if isinstance(line, str) else line.decode("utf-8", "replace"))
        self._size += len(line)
        if self._size > BATCH:
            self._send_lines()

    def finish_restore(self, _reader: Any, elapsed: int = 0, arrived: bool = True) -> str:
        """Go on from what was read. Raises ImageError."""
        self._send_lines()
        digest: str = self._order(OTHER, "restore", elapsed, arrived)
        return digest

    def restore(self, lines: Iterable[str | bytes], elapsed: int = 0, arrived: bool = True) -> str:
        """Read a whole image."""
        for line in lines:
            self.feed(line)
        return self.finish_restore(None, elapsed, arrived)

    @property
    def shell(self) -> "IsolatedShell":
        """What is entered at a shell."""
        return IsolatedShell(self.host, functools.partial(self._order, OTHER, "shell"))

    def waits(self) -> list[str]:
        """Return for each waiting task, in words, what it waits for."""
        found: list[str] = self._order(OTHER, "waits")
        return found

    # -- orders ------------------------------------------------------------------------------------

    def _send_lines(self) -> None:
        if self._lines:
            self._tell(["lines", *self._lines])
            self._lines = []
            self._size = 0

    def _tell(self, message: list[Any]) -> None:
        with contextlib.suppress(Gone):  # the next order finds out
            self.child.wire.send(message)

    def _order(
        self, seconds: float | None, *order: Any, put_line: Callable[[str], Any] | None = None
    ) -> Any:
        """Have the child carry out an order, in `seconds` (None: a turn, with the program's slice).
        Raises Gone of a turn, else MoonhopError, if there is no child any more."""
        with self._lock:
            inbox, self._inbox = self._inbox, []
            now = self.host.monotonic() if self._virtual else None
            who = (self.pid, self.epoch)
            try:
                if self.gone or self.status in ENDINGS:
                    raise Gone
                self.child.wire.send([*order, inbox, who if who != self._who else None, now])
                self._who = who
                answer = self._await(seconds, put_line)
            except Gone:
                self._lost()
                if seconds is None:
                    raise
                raise MoonhopError((self.failure or ["the process is gone"])[0]) from None
            return self._take(answer)

    def _await(self, seconds: float | None, put_line: Callable[[str], Any] | None) -> list[Any]:
        limit = self._limit() if seconds is None else seconds
        begun = time.monotonic()
        used = self._used()
        until = None if limit is None else begun + limit
        while True:
            try:
                message: list[Any] = self.child.wire.receive(until)
            except TimeoutError:
                assert limit is not None
                passed = time.monotonic() - begun
                if seconds is None and self._used() - used < limit and passed < limit * STARVED:
                    until = time.monotonic() + limit / 4
                    continue
                self._kill(seconds)
                until = None
                continue
            what = message[0]
            if what in ("done", "error"):
                return message
            if what == "lines" and put_line:
                for line in message[1:]:
                    put_line(line)
            elif what == "thing":
                self._use(*message[1:])
            else:
                self._effect(what, message[1:])

    def _limit(self) -> float | None:
        """Return the seconds for an order of turns."""
        return None if self._slice is None else self._slice + GRACE + self._turns / 1e6

    def _used(self) -> float:
        """Return the processor time that the child has used."""
        pid = self.child.pid
        return system.processor_time(pid) if pid else 0.0

    def _kill(self, seconds: float | None) -> None:
        if seconds is None:
            self._killed = (
                f"slice of {self._slice:g} s is over; nothing but killing its OS process stopped it"
            )
        else:
            self._killed = f"its OS process did not answer in {seconds:g} s and was killed"
        self.child.kill()

    def _effect(self, what: str, args: list[Any]) -> None:
        if what not in EFFECTS:
            raise Gone(f"an unknown effect {what!r}")
        if not self.gone:
            getattr(self.host, what)(*args)

    def _use(self, kind: str, names: list[str], method: str, args: list[Any]) -> None:
        """Use a thing for the program, if that is what programs can do."""
        if f" {kind.capitalize()}.{method} " not in OPERATIONS and method not in UNNAMED:
            raise Gone(f"an unknown use {kind}.{method} of a thing")
        try:
            value = self.host.thing(kind, names, method, args)
        except MoonhopError as error:
            self.child.wire.send(["refused", str(error)])
        else:
            self.child.wire.send(["value", value])

    def _take(self, answer: list[Any]) -> Any:
        self.status, self.exit_status, self.failure, self._due = answer[-1]
        if self.status in ENDINGS:
            self.child.close()
        if answer[0] == "done":
            return answer[1]
        kind, text = answer[1:3]
        if kind == "image":
            raise ImageError(text)
        if kind == "memory":
            raise MemoryError
        if kind == "fault":
            raise Fault(text)
        raise MoonhopError(text)

    # -- the child's end ---------------------------------------------------------------------------

    def _ended(self) -> None:
        """Learn, on the owner's thread, that the child has ended. Whoever has an order under way
        finds out by itself."""
        if self._lock.acquire(blocking=False):
            try:
                self._lost()
            finally:
                self._lock.release()

    def _lost(self) -> None:
        """Fail, for there is no child any more."""
        if self.gone or self.status in ENDINGS:
            return
        self.child.kill()  # if it only talks nonsense
        reason = self._killed or f"its OS process {self.child.last_words()}"
        text = f"{self.program.name}: {reason}"
        self.child.close()
        self.status = FAILED
        self.exit_status = 1
        self.failure = [text, ""]
        self.host.output("error", text)
        self.host.changed()


class IsolatedShell:
    """Stands where a Shell stands; see there."""

    def __init__(self, host: Host, order: Callable[..., Any]) -> None:
        self._host, self._order = host, order

    def next_unit(self) -> int:
        """Return the number of the unit that the next text will be."""
        found: int = self._order("next_unit")
        return found

    def evaluate(self, number: int, source: str, given: str, _form: Any = None) -> None:
        """Enter a text. Raises MoonhopError if it does not compile."""
        self._order("evaluate", number, source, given)
        self._host.changed()

    def interrupt(self, number: int) -> None:
        """Do nothing: a turn in a child ends by its slice."""

    def break_off(self, number: int) -> None:
        """End an evaluation, between two turns."""
        self._order("break_off", number)

    def names(self, path: list[str]) -> list[str]:
        """Return the names in a table."""
        found: list[str] = self._order("names", path)
        return found
