"""The worker: the node's agent. It answers requests, and says how the node and its processes are.

What it does with processes stands in `verbs.py`, one method a verb.
"""

import asyncio
import gc
import random
import sys

from moonhop_core.node.bundles import MPY, Bundles, mpy_of
from moonhop_core.node.exchange import Exchange, print_exception
from moonhop_core.node.hosting import PREPARED, RELEASED, RESTORED, Hosted
from moonhop_core.node.link import LinkError
from moonhop_core.node.messages import (
    FAILED,
    UNKNOWN_PROCESS,
    VERSION,
    RequestError,
    Topics,
    encode,
)
from moonhop_core.node.subscriptions import Subscriptions
from moonhop_core.node.tasks import Tasks
from moonhop_core.node.text import wire_bytes
from moonhop_core.node.verbs import Verbs
from moonhop_core.process.clock import RealClock
from moonhop_core.process.process import Process

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from moonhop_core.node.http import Http
    from moonhop_core.node.link import Link
    from moonhop_core.node.messages import Request
    from moonhop_core.things.things import Things

LOAD = 1  # seconds from one load to the next
SPOKEN = ("ended", "failed", "stopped", "dropped", "left")  # last states of copies that were right
PATIENCE = 5000000  # microseconds in between two nodes before the host is asked (NMP-046)

FORGOTTEN = "the broker forgot this node's session: what was published meanwhile is lost"

_clock = RealClock()


class About:
    """What a node is: its names, and what it can do."""

    def __init__(
        self,
        fleet: str,
        node: str,
        engines: "list[str]",
        float_bits: int = 64,
        tags: "list[str] | None" = None,
        kind: str = "",
        platform: str = "",
        processes: int = 1000,
        chunk: int = 8192,
        window: int = 8,
        waiting: int = 1000000,
        boot: "dict[str, Any] | None" = None,
        things: "dict[str, Any] | None" = None,
        native: int = 0,
    ):
        """`chunk` (bytes) and `window` (chunks) bound what a hop to this node has under way,
        `waiting` (bytes) what each process keeps for a broker that is away. `boot` is what a board
        tells of how it started; with `safe` in it, a reason, the node runs no programs. `things`:
        its sensors, actuators and pins (`things/things.py`). `native`: bytes of programs' machine
        code that it takes between two starts."""
        self.fleet = fleet
        self.node = node
        self.boot = boot or {}
        self.safe: "str | None" = self.boot.get("safe")
        self.engines = [] if self.safe else engines
        self.float_bits = float_bits
        self.tags = tags or []
        self.kind = kind
        self.platform = platform or sys.platform
        self.processes = processes
        self.chunk = chunk
        self.window = window
        self.waiting = waiting
        self.things = things or {}
        self.native = native

    def capabilities(self) -> "list[str]":
        """Return what programs may need besides tags: sensors, actuators, and "pins"."""
        things = self.things
        found = sorted(things.get("sensors") or ()) + sorted(things.get("actuators") or ())
        return found + ["pins"] if things.get("pins") else found


class Worker:
    """A node's agent.

    make_engine  called with an engine's name; returns what makes an engine of (program, process)
    apart        on CPython: runs a function on another thread, so that a busy process holds
                 nothing up; boards have none
    call_soon    with it: calls a function soon on the asyncio thread, from any thread
    compile      on CPython: see Bundles
    measure      gives the load's fields besides `processes`
    make_process  makes a Process, or what stands where one stands
    things        makes Things, of what `about` says of them and a function: the microseconds since
                  the worker was made; default: for a node without hardware
    special      verbs that only this kind of node has, and what carries them out
    """

    def __init__(
        self,
        about: About,
        link: "Link",
        http: "Http",
        make_engine: "Callable[[str], Any]",
        apart: "Callable[[Callable[[], Any]], Awaitable[Any]] | None" = None,
        call_soon: "Callable[..., Any] | None" = None,
        measure: "Callable[[], dict[str, Any]] | None" = None,
        compile: "Callable[[Any, str], Any] | None" = None,
        make_process: "Any" = Process,
        things: "Callable[..., Things] | None" = None,
    ):
        self.about = about
        self.link = link
        self.http = http
        self.make_engine = make_engine
        self.make_process = make_process
        self.apart = apart
        self.call_soon = call_soon or (lambda function: function())
        self.topics = Topics(about.fleet)
        self.bundles = Bundles(http, self.away, compile, about.native)
        self.subscriptions = Subscriptions(link, self.topics.base, self._look)
        self._tasks = Tasks()
        self.spawn = self._tasks.spawn
        self.things: "Things | None" = None  # made when something uses them
        self._make_things = things
        self.processes: "dict[str, Hosted]" = {}
        self.session = "%08x" % random.getrandbits(32)
        self.patience = PATIENCE
        self.started = _clock.monotonic()
        self.special: "dict[str, Callable[[Request], Any]]" = {}
        self._verbs = Verbs(self)
        self._exchange = Exchange(self, self._verbs.do)
        self.ask_host = self._exchange.ask
        self._measure = measure or self._board_load
        self._listeners: "dict[str, Callable[[bytes], Any]]" = {}
        self._forgotten = 0  # times that the broker had forgotten this node
        self._asks: "list[str]" = []  # processes whose owner is being asked for
        self._birth_topic = self.topics.node(about.node, "birth")
        self.log_topic = self.topics.node(about.node, "log")

    # -- life --------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Join the fleet. Raises LinkError."""
        node = self.about.node
        self.link.on_message = self._take
        self.link.on_reconnect = self._reconnected
        self.link.pressed = self._pressed
        self.listen(self.topics.node(node, "req"), self._exchange.take_request)
        self.listen(self.topics.node(node, "rep"), self._exchange.take_answer)
        await self.link.connect(self._birth_topic, self._birth(), self._state("lost"))
        await self.link.subscribe(self.topics.node(node, "req"))
        await self.link.subscribe(self.topics.node(node, "rep"))
        self.link.announce()
        self.spawn(self._tick())

    async def stop(self) -> None:
        """Leave the fleet in good order; processes end here, and go on elsewhere or later."""
        for hosted in list(self.processes.values()):
            if hosted.transfer:
                hosted.transfer.abort(FAILED, "the node leaves")
            self.let_go(hosted, "left")
        await self._tasks.cancel()
        if self.things:
            self.things.close()
        await self.link.disconnect(self._state("gone"))
        self.http.close()

    # -- what others in `node` use -----------------------------------------------------------------

    def listen(self, topic: str, function: "Callable[[bytes], Any]") -> None:
        """Have the payloads of a topic of moonhop's own go to a function."""
        self._listeners[topic] = function

    def unlisten(self, topic: str) -> None:
        """Hear such a topic no more."""
        if self._listeners.pop(topic, None):
            self.link.unsubscribe_soon(topic)

    async def away(self, function: "Callable[[], Any]") -> "Any":
        """Run something that may take a while, where the processes' turns run."""
        return await self.apart(function) if self.apart else function()

    def enter(
        self,
        hosted: Hosted,
        state: str,
        more: "dict[str, Any] | None" = None,
        soon: bool = False,
    ) -> None:
        """Change a process's state and tell (NMP-009); `soon`: behind the reply that is due."""
        hosted.state = state
        hosted.since = _clock.monotonic()
        said = {"pid": hosted.pid, "epoch": hosted.epoch, "state": state}
        if more:
            said.update(more)
        if soon:
            self.spawn(self._tell(said))
        else:
            self._publish(self.topics.node(self.about.node, "event"), said)

    async def _tell(self, said: "dict[str, Any]") -> None:
        self._publish(self.topics.node(self.about.node, "event"), said)

    def let_go(self, hosted: Hosted, state: str, more: "dict[str, Any] | None" = None) -> None:
        """Close a process and tell its last state."""
        if hosted.closed:
            return
        if state in SPOKEN:
            hosted.outgoing.flush(True)
        hosted.close()
        if hosted.transfer:
            hosted.transfer.close()
            hosted.transfer = None
        if self.processes.get(hosted.pid) is hosted:
            del self.processes[hosted.pid]
        self.enter(hosted, state, more)
        hosted.process = None
        self.bundles.trim([other.program for other in self.processes.values()])

    def over(self, hosted: Hosted) -> None:
        """Take note that a process has ended by itself."""
        process = hosted.process
        assert process
        more: "dict[str, Any]" = {"status": process.exit_status}
        if process.failure:
            more["reason"] = process.failure[0]
        self.let_go(hosted, process.status, more)

    def fault(self, hosted: Hosted, error: Exception) -> None:
        """End a process that met an error which is not its own; the node goes on."""
        if isinstance(error, MemoryError):
            if hosted.process:  # its task has it as well, and the next lines need some memory
                hosted.process.let_go()
                hosted.process = None
            gc.collect()
            text = "memory is full"
        else:
            text = "fault in moonhop: %s: %s" % (type(error).__name__, error)
            print_exception(error)
        self.log(hosted, "error", text)
        self.let_go(hosted, "failed", {"reason": text})

    def log(self, hosted: Hosted, kind: str, text: str) -> None:
        """Send a log line (NMP-008)."""
        said = {"pid": hosted.pid, "epoch": hosted.epoch, "seq": hosted.seq}
        said["kind"] = kind
        said["text"] = text
        self._publish(self.log_topic, said)

    async def serve(self, hosted: Hosted, number: int, verb: str, args: "list[Any]") -> "Any":
        """Do what a process asks of its node (process/host.py)."""
        if verb == "hop":
            what = {"pid": hosted.pid, "epoch": hosted.epoch, "target": args[0]}
            answer = await self.ask_host("hop", what)
            raise RequestError(FAILED, "it is on %s already" % answer.get("node"))
        if verb == "sensor.read":
            return [await self.use_things().read(args[0])]
        if verb == "onewire.read":
            return [await self.use_things().chip(hosted, args[0], args[1])]
        from moonhop_core.node import files

        return await files.serve(self.http, hosted, number, verb, args)

    def since_start(self) -> int:
        """Return the microseconds since this worker was made."""
        return _clock.monotonic() - self.started

    def uptime(self) -> float:
        """Return the seconds since this worker was made."""
        return self.since_start() / 1000000

    def load(self) -> "dict[str, Any]":
        """Return the node's load (NMP-007)."""
        found = self._measure()
        found["processes"] = len(self.processes)
        actuators = self.things.values() if self.things else None
        if actuators:
            found["actuators"] = actuators
        return found

    # -- things ------------------------------------------------------------------------------------

    def use_things(self) -> "Things":
        """Return the node's things; one that has none can tell so."""
        if self.things is None:
            make = self._make_things
            if make is None:
                from moonhop_core.things.virtual import virtual_things

                make = virtual_things
            self.things = make(self.about.things, self.since_start)
            self.things.listen(self.spawn, self._hear_thing)
        return self.things

    def _look(self, topic: str, wanted: bool) -> None:
        self.use_things().look(topic, wanted)

    def _hear_thing(self, topic: str, value: "Any", error: str) -> None:
        if error:
            for hosted in self.subscriptions.hearers(topic):
                hosted.output("warning", error)
        else:
            from moonhop_core.process.messages import json_text

            self.subscriptions.dispatch(topic, wire_bytes(json_text(value)), False)

    # -- messages ----------------------------------------------------------------------------------

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        listener = self._listeners.get(topic)
        if listener:
            if not retained:
                listener(payload)
        else:
            self.subscriptions.dispatch(topic, payload, retained)

    def _pressed(self) -> bool:
        return any(hosted.pressed() for hosted in self.processes.values())

    def _publish(self, topic: str, data: "dict[str, Any]") -> None:
        try:
            self.link.publish(topic, encode(data), 1)
        except LinkError:
            pass  # the numbers of the log show the gap

    def _birth(self) -> bytes:
        about = self.about
        birth = {
            "state": "ready",
            "node": about.node,
            "session": self.session,
            "protocol": VERSION,
            "engines": about.engines,
            "float_bits": about.float_bits,
            "tags": about.tags,
            "kind": about.kind,
            "platform": about.platform,
            "mpy": mpy_of(MPY) if MPY else None,
            "limits": {
                "processes": about.processes,
                "chunk": about.chunk,
                "window": about.window,
            },
        }
        capabilities = about.capabilities()
        if capabilities:
            birth["capabilities"] = capabilities
        if about.boot:
            birth["boot"] = about.boot
        return encode(birth)

    def _state(self, state: str) -> bytes:
        return encode({"state": state, "node": self.about.node, "session": self.session})

    # -- whose is it? ------------------------------------------------------------------------------

    def _reconnected(self) -> None:
        forgotten = self.link.forgotten != self._forgotten
        self._forgotten = self.link.forgotten
        for hosted in list(self.processes.values()):
            if forgotten and self.subscriptions.filters(hosted):
                hosted.output("warning", FORGOTTEN)
            self.spawn(self.ask_owner(hosted))

    async def ask_owner(self, hosted: Hosted) -> None:
        """Ask the host whose a process is, and act on the answer (NMP-032, NMP-046, NMP-047)."""
        if hosted.pid in self._asks:
            return
        self._asks.append(hosted.pid)
        try:
            answer = await self.ask_host("owner", {"pid": hosted.pid}, 5)
        except RequestError as error:
            if error.code != UNKNOWN_PROCESS:
                return
            answer = {"node": None, "epoch": hosted.epoch}
        except LinkError:
            return
        finally:
            self._asks.remove(hosted.pid)
        if answer.get("pending") or hosted.closed:
            return
        await self._verbs.settle(hosted, answer.get("node"), answer.get("epoch") or 0)

    async def _tick(self) -> None:
        """Each second: the load, and who has been left in between or in doubt."""
        topic = self.topics.node(self.about.node, "load")
        while True:
            self.link.publish(topic, encode(self.load()), 0)
            await asyncio.sleep(LOAD)
            self._look_after()  # in a function of its own, whose variables do not stay

    def _look_after(self) -> None:
        now = _clock.monotonic()
        for hosted in list(self.processes.values()):
            between = hosted.state in (PREPARED, RESTORED, RELEASED) and not hosted.loading
            if (between and now - hosted.since > self.patience) or hosted.outgoing.doubtful:
                self.spawn(self.ask_owner(hosted))
            else:
                hosted.outgoing.flush()

    def _board_load(self) -> "dict[str, Any]":
        """Return the load of a board, in bytes. Garbage does not count; collecting it each second
        also keeps free memory in larger pieces."""
        if self.uptime() > LOAD:  # at first there is none
            gc.collect()
        used, free = gc.mem_alloc(), gc.mem_free()  # type: ignore[attr-defined]
        return {"cpu": None, "memory": {"used": used, "free": free}}
