"""One hosted process: its state on this node, its asyncio task, and what it needs of the node.

The process is touched by one turn at a time, on the asyncio thread or, if the worker has `apart`,
on another one. What comes for it meanwhile waits in `messages` and `answers`; what it does goes
out in order, on the asyncio thread.
"""

import asyncio

from moonhop_core.node.link import LinkError
from moonhop_core.node.messages import DEADLINE, FAILED, ROOT, UNKNOWN_PROCESS, RequestError
from moonhop_core.node.outgoing import Outgoing
from moonhop_core.node.text import lua_string, lua_text, wire_bytes, wire_text
from moonhop_core.process.clock import RealClock
from moonhop_core.process.host import Host

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.node.shell import Words
    from moonhop_core.node.worker import Worker
    from moonhop_core.process.process import Process
    from moonhop_core.things.things import Things

RUNNING = "running"
PAUSED = "paused"
PREPARED = "prepared"  # waits for its image
RESTORED = "restored"  # has its image, waits for start
RELEASED = "released"  # image sent, waits for drop
SLICE = 5000  # microseconds of turns before others have theirs
BUFFER = 1000  # messages kept while it does not take any
# Requests that change something: they are answered before the process goes elsewhere.
WRITES = ("fs.write", "fs.append", "fs.rename", "fs.remove", "fs.copy", "fs.mkdir")
PRESSED = 10  # messages not yet handled from which on no more are wanted, where memory is small

_clock = RealClock()


class Hosted(Host):
    """A process on this node. `process` is None while it is prepared."""

    words: "Words | None" = None  # of evaluations, on their way

    def __init__(self, worker: "Worker", pid: str, epoch: int):
        self.worker = worker
        self.pid = pid
        self.epoch = epoch
        self.state = PREPARED
        self.process: "Process | None" = None
        self.engine = ""
        self.program = ""
        self.app = ""
        self.name = ""
        self.seq = 0  # of the last log line
        self.transfer: "Any" = None  # the side of a hop that it is in
        self.outgoing = Outgoing(self)
        self.messages: "list[tuple[str, bytes]]" = []
        self.missed = 0  # messages that were too many
        self.answers: "list[tuple[int, Any, Any]]" = []
        self.frozen = False
        self._held: "list[tuple[str, bytes]]" = []  # messages that came while frozen
        self.writes = 0  # of files, not yet answered
        self.closed = False
        self.loading = False  # its program is being fetched
        self._holding = 0  # how many hold it
        self._rest = asyncio.Event()
        self._wake = asyncio.Event()
        self._asleep = False  # its task waits for `_wake` or a moment
        self._working = False  # turns are under way, or about to be, on another thread
        self._begun: "Any" = None  # the turns that its task is about to wait for
        self._task: "Any" = None
        self._effects: "list[Any]" = []
        self._later: "list[Any]" = []  # effects of a restore, until it is the copy that goes on
        self.since = _clock.monotonic()  # when it came into its state

    # -- what the worker does with it --------------------------------------------------------------

    def go(self) -> None:
        """Let it run, or run on."""
        self.state = self.process.status if self.process else RUNNING
        self.thaw()
        self.unhold()  # a hop that led nowhere
        later, self._later = self._later, []
        for function, args in later:
            function(*args)
        if self._task is None:
            self._task = self.worker.spawn(self._run())
        self._wake.set()

    async def hold(self, deadline: float) -> None:
        """Bring it to rest between two turns, until `unhold`; others may hold it, too. Raises
        RequestError after `deadline` seconds; then this is undone."""
        self._holding += 1
        if self._task is None:
            return
        self._wake.set()
        try:
            await asyncio.wait_for(self._rest.wait(), deadline)
        except asyncio.TimeoutError:
            self._holding -= 1
            raise RequestError(
                DEADLINE, "process %s was not at rest in %.3g s" % (self.pid, deadline)
            )
        if self.closed:
            raise RequestError(UNKNOWN_PROCESS, "process %s has ended" % self.pid)

    def unhold(self) -> None:
        """Undo one `hold`; the state stays, and it runs on when nobody else holds it."""
        if self._holding:
            self._holding -= 1
        if not self._holding:
            self._rest.clear()
            self._wake.set()

    async def apart(self, function: "Any") -> "Any":
        """Do something with its process where turns run, while it is held; what the process does
        then goes out as that of a turn does."""
        self._working = True
        try:
            return await self.worker.away(function)
        finally:
            self._working = False
            self._flush()

    def freeze(self) -> None:
        """From now on keep messages back: they are another copy's. Those that came are not."""
        self.frozen = True

    def thaw(self) -> None:
        """Undo `freeze`: this copy gets the messages after all."""
        self.frozen = False
        self.messages += self._held
        self._held = []
        self._wake.set()

    def pressed(self) -> bool:
        """Tell whether messages come faster than it handles them."""
        if self.state != RUNNING or self._holding or not self.process:
            return False
        return len(self.messages) + self.process.messages.waiting() > PRESSED

    def take_in(self) -> None:
        """Hand the process what has come for it, between turns."""
        process = self.process
        assert process
        while self.answers:
            number, values, error = self.answers.pop(0)
            process.finish(number, values, error)
        if self.missed:
            missed, self.missed = self.missed, 0
            self.output("warning", "%d messages were too many to keep and are lost" % missed)
        while self.messages:
            topic, payload = self.messages.pop(0)
            process.deliver(lua_text(topic), lua_string(payload))

    def close(self) -> None:
        """Let go of everything without a word: effects of a turn under way are dropped."""
        if self.closed:
            return
        self.closed = True
        self.messages = []
        self.worker.subscriptions.remove_all(self)
        if self.worker.things:
            self.worker.things.release(self)
        if self.process and not self._busy():
            self.process.let_go()
        self._wake.set()
        self._rest.set()

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message of the broker."""
        queue = self._held if self.frozen else self.messages
        queue.append((topic, payload))
        if len(queue) > BUFFER:
            del queue[0]
            self.missed += 1
        worker = self.worker
        ready = self._asleep and not self._holding and not self.frozen
        if ready and worker.apart and not worker.link.crowded:
            self._begin_turns()  # not only when its task has been woken
        self._wake.set()

    # -- its task ----------------------------------------------------------------------------------

    async def _run(self) -> None:
        process = self.process
        assert process
        apart = self.worker.apart
        try:
            while True:
                if self._holding and self._begun is None:
                    self._rest.set()
                    self._wake.clear()
                    await self._wake.wait()
                    if self.closed:
                        return
                    continue
                if apart:
                    if self._begun is None:
                        if self.worker.link.crowded:
                            await self.worker.link.room()
                            continue
                        self._begin_turns()
                    begun, self._begun = self._begun, None
                    more = await begun
                    self._working = False
                else:
                    more = self._work()
                if self.closed:
                    process.let_go()
                    return
                if process.status in ("ended", "failed"):
                    self._flush()
                    self.worker.over(self)
                    return
                if more:
                    await asyncio.sleep(0)
                else:
                    await self._idle(process)
        except Exception as error:  # a fault of ours, or memory is full: the node goes on
            self._working = False
            self.worker.fault(self, error)

    def _begin_turns(self) -> None:
        assert self.worker.apart
        self._asleep = False
        self._working = True
        self._begun = self.worker.apart(self._work)

    def _busy(self) -> bool:
        return self._working

    def _work(self) -> bool:
        """Run turns; tell whether more is ready."""
        process = self.process
        if process is None:  # it was closed before this turn began
            return False
        end = _clock.monotonic() + SLICE
        while True:
            self.take_in()
            more = process.turn()
            if not more and not self.answers and not self.messages:
                return False
            if self._holding or self.closed or _clock.monotonic() > end:
                return True

    async def _idle(self, process: "Process") -> None:
        """Wait until something is to be done."""
        wake = self._wake
        if self._holding or self.answers or self.messages:
            return
        wake.clear()
        due = process.due()
        if due is not None and due <= _clock.monotonic():
            return
        self._asleep = True
        try:
            if due is None:
                await wake.wait()
            else:
                await asyncio.wait_for(wake.wait(), (due - _clock.monotonic()) / 1000000)
        except asyncio.TimeoutError:
            pass
        self._asleep = False

    # -- the host of the process (any thread) ------------------------------------------------------

    def now(self) -> int:
        """Return microseconds since 1970."""
        return _clock.now()

    def monotonic(self) -> int:
        """Return microseconds that never go back."""
        return _clock.monotonic()

    def output(self, kind: str, text: str) -> None:
        """Send a line of the log."""
        self._effect(self._log, kind, text)

    def evaluated(self, number: int, kind: str, text: str) -> None:
        """Send a word of an evaluation."""
        from moonhop_core.node.shell import say

        self._effect(say, self, number, kind, text)

    def publish(self, topic: str, payload: str, qos: int, retain: bool) -> None:
        """Send a message."""
        name = wire_text(topic)
        if name.startswith(ROOT):
            raise RequestError(FAILED, "topics below %s belong to moonhop" % ROOT)
        self._effect(self._publish, name, wire_bytes(payload), qos, retain)

    def subscribe(self, filter: str) -> None:
        """Hear a filter."""
        self._effect(self.worker.subscriptions.add, wire_text(filter), self)

    def unsubscribe(self, filter: str) -> None:
        """Hear it no more."""
        self._effect(self.worker.subscriptions.remove, wire_text(filter), self)

    def request(self, number: int, verb: str, args: "list[Any]") -> None:
        """Start a request of a file, or for a hop."""
        if verb in WRITES:
            self.writes += 1
        self._effect(self._begin, number, verb, args)

    def thing(self, kind: str, names: "list[str]", method: str, args: "list[Any]") -> "Any":
        """Use a thing of the node."""
        things = self.worker.use_things()
        self._must_go_on(things)
        found = things.do(self, kind, names, method, args)
        self._must_go_on(things)  # or nobody would let go of what was opened just now
        return found

    def _must_go_on(self, things: "Things") -> None:
        """Raise RequestError in a turn that was under way when the process was killed."""
        if self.closed:
            things.release(self)
            raise RequestError(FAILED, "the process has ended")

    def changed(self) -> None:
        """Learn that there may be something to do. A turn under way finds it by itself."""
        if not self._busy():
            self._effect(self._wake.set)

    # -- effects (asyncio thread) ------------------------------------------------------------------

    def _effect(self, function: "Any", *args: "Any") -> None:
        if not self._busy():
            if self.closed:
                pass
            elif self.state in (PREPARED, RESTORED) and function != self.worker.subscriptions.add:
                self._later.append((function, args))
            else:
                function(*args)
            return
        self._effects.append((function, args))
        if len(self._effects) == 1:
            self.worker.call_soon(self._flush)

    def _flush(self) -> None:
        effects = self._effects
        while effects:
            function, args = effects[0]
            try:
                if not self.closed:
                    function(*args)
            except LinkError as error:
                self._log("warning", str(error))
            effects.pop(0)

    def _log(self, kind: str, text: str) -> None:
        self.seq += 1
        self.worker.log(self, kind, wire_text(text))

    def _publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        self.outgoing.publish(topic, payload, min(qos, 1), retain)

    def _begin(self, number: int, verb: str, args: "list[Any]") -> None:
        self.worker.spawn(self._answer(number, verb, args))

    async def _answer(self, number: int, verb: str, args: "list[Any]") -> None:
        values: "Any" = None
        error: "Any" = None
        try:
            values = await self.worker.serve(self, number, verb, args)
        except Exception as failure:  # whatever it is, the task must not wait for ever
            error = str(failure) or type(failure).__name__
        if verb in WRITES:
            self.writes -= 1
        self.answers.append((number, values, error))
        self._wake.set()
        if self.transfer:
            self.transfer.poke()
