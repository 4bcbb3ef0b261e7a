"""A child's side: a real Process in an OS process of its own, driven over a socket.

Orders, each a list, and what follows in it:

    make       what the process is made of (`proxy.IsolatedProcess`); no answer
    lines      lines of an image; no answer: what is wrong with them comes at `restore`
    start      -
    turn       microseconds for turns; 0: one
    restore    microseconds since the image was written, whether it has arrived
    snapshot   the epoch of the copy that goes on, or null
    shell      a method of Shell, and its arguments
    pause, resume, stop, waits   -

Each order but the first two is followed by [what has come for the process, who it is, the time if
it is virtual] and gets one answer, ["done", value, state] or ["error", kind, text, state]. Before
that come effects (see `Effects`) and, of `snapshot`, ["lines", line, …]. The effect ["thing", …] is
answered at once, with ["value", what it gave] or ["refused", text].
"""

import functools
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

from moonhop.engines import make_engine
from moonhop.engines.bounds import bounded
from moonhop.engines.deep import run_deep
from moonhop.engines.lupa_engine import LupaEngine
from moonhop.engines.memory import DEFAULT, GARBAGE, REFUSED
from moonhop.isolation import system
from moonhop.isolation.wire import Gone, Wire
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.emit_lua_writer import LuaText
from moonhop_core.process.bounds import SLICE
from moonhop_core.process.clock import RealClock, VirtualClock
from moonhop_core.process.host import Host
from moonhop_core.process.image import ImageError, ImageReader
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program
from moonhop_core.process.shell import shell_of

ROOM = 32 << 20  # bytes that the child itself may want beyond what its program may
BATCH = 32 << 10  # characters of an image in one message


def serve(sock: socket.socket) -> None:
    """Be a child until the proxy is gone."""
    system.no_core_dumps()
    system.come_first_when_memory_is_full()
    wire = Wire(sock)
    try:
        made = wire.receive()[1]
        served = Served(wire, made)
        if made["engine"] == "lua54":  # which allows 200 levels of C
            served.serve()
        else:
            run_deep(served.serve)
    except Gone:
        return  # the worker has let go of the process, or is gone itself


class Effects(Host):
    """The host of the process: says each effect to the proxy at once, so that nothing of it is
    lost should the child be killed: ["output" …, kind, text], and so on by the method's name."""

    def __init__(self, wire: Wire, virtual: bool, closed: str) -> None:
        self.wire = wire
        self.clock: RealClock | VirtualClock = VirtualClock() if virtual else RealClock()
        self._closed = closed

    def now(self) -> int:
        """Return microseconds since 1970."""
        return self.clock.now()

    def monotonic(self) -> int:
        """Return microseconds that never go back; all processes of a machine have the same."""
        return self.clock.monotonic()

    def output(self, kind: str, text: str) -> None:
        """Hand a line on."""
        self.wire.send(["output", kind, text])

    def evaluated(self, number: int, kind: str, text: str) -> None:
        """Hand it on."""
        self.wire.send(["evaluated", number, kind, text])

    def publish(self, topic: str, payload: str, qos: int, retain: bool) -> None:
        """Hand a message on. Raises MoonhopError for a topic that is closed to programs."""
        if self._closed and topic.startswith(self._closed):
            raise MoonhopError(f"topics below {self._closed} belong to moonhop")
        self.wire.send(["publish", topic, payload, qos, retain])

    def subscribe(self, filter: str) -> None:
        """Hand it on."""
        self.wire.send(["subscribe", filter])

    def unsubscribe(self, filter: str) -> None:
        """Hand it on."""
        self.wire.send(["unsubscribe", filter])

    def request(self, number: int, verb: str, args: list[Any]) -> None:
        """Hand it on."""
        self.wire.send(["request", number, verb, args])

    def thing(self, kind: str, names: list[str], method: str, args: list[Any]) -> Any:
        """Have the worker use a thing, and wait for what it gives. Raises MoonhopError."""
        self.wire.send(["thing", kind, names, method, args])
        what, value = self.wire.receive()
        if what == "refused":
            raise MoonhopError(value)
        return value

    def changed(self) -> None:
        """Do nothing: every answer has the state."""


class Served:
    """The process, and how orders are carried out on it."""

    def __init__(self, wire: Wire, made: dict[str, Any]) -> None:
        self._wire = wire
        self._host = Effects(wire, made["virtual"], made["closed"])
        engine = made["engine"]
        self.process = Process(
            program_of(made["program"], engine),
            bounded(functools.partial(make_engine, engine), SLICE if made["closed"] else None),
            self._host,
            made["pid"],
            made["app"],
            made["args"],
            made["node"],
            made["epoch"],
        )
        memory = self.process.program.manifest.get("memory") or DEFAULT
        self._memory = memory * GARBAGE + ROOM
        self._reader: ImageReader | None = None
        self._wrong: MoonhopError | None = None
        self._orders: dict[str, Callable[..., Any]] = {
            "start": self.process.start,
            "turn": self._turn,
            "restore": self._restore,
            "snapshot": self._snapshot,
            "pause": self.process.pause,
            "resume": self.process.resume,
            "stop": self.process.stop,
            "waits": self.process.waits,
            "shell": self._shell,
        }

    def serve(self) -> None:
        """Carry out orders until the proxy is gone (raises Gone)."""
        system.limit_memory(self._memory)
        LupaEngine.more_memory = staticmethod(system.more_memory)
        while True:
            order = self._wire.receive()
            if order[0] == "lines":
                self._read(order[1:])
            else:
                self._wire.send(self._answer(order))

    def _answer(self, order: list[Any]) -> list[Any]:
        name, *args, inbox, who, now = order
        process = self.process
        try:
            self._take_in(inbox, who, now)
            value = self._orders[name](*args)
            return ["done", value, self._state()]
        except Gone:
            raise
        except ImageError as error:
            return ["error", "image", str(error), self._state()]
        except MoonhopError as error:
            return ["error", "moonhop", str(error), self._state()]
        except MemoryError:
            if name != "turn":
                return ["error", "memory", "", self._state()]
            system.more_memory(ROOM)
            process.fail(REFUSED, "")
            return ["done", False, self._state()]
        except Exception as error:  # a fault of moonhop, to be told where others are
            traceback.print_exc()
            sys.stderr.flush()
            text = f"{type(error).__name__}: {error}"
            return ["error", "fault", text, [process.status, None, None, None]]

    def _take_in(self, inbox: list[Any], who: list[Any], now: int | None) -> None:
        process = self.process
        if isinstance(self._host.clock, VirtualClock):
            self._host.clock.wait(now)
        if who:
            process.pid, process.epoch = who
        for what, *rest in inbox:
            if what == "message":
                process.deliver(*rest)
            else:
                process.finish(*rest)

    def _state(self) -> list[Any]:
        process = self.process
        return [process.status, process.exit_status, process.failure, process.due()]

    def _turn(self, most: int) -> bool:
        process, clock = self.process, self._host.clock
        end = clock.monotonic() + most
        while True:
            more = process.turn()
            if not more or not most or clock.monotonic() > end:
                return more

    def _shell(self, method: str, *args: Any) -> Any:
        return getattr(shell_of(self.process), method)(*args)

    def _read(self, lines: list[str]) -> None:
        if self._wrong is not None:
            return
        try:
            if self._reader is None:
                self._reader = self.process.reader()
            for line in lines:
                self._reader.feed(line)
        except MoonhopError as error:
            self._wrong = error

    def _restore(self, elapsed: int, arrived: bool) -> str:
        if self._wrong is not None:
            raise self._wrong
        reader = self._reader or self.process.reader()
        return self.process.finish_restore(reader, elapsed, arrived)

    def _snapshot(self, epoch: int | None) -> str:
        lines: list[str] = []
        size = 0

        def put(line: str) -> None:
            nonlocal size
            lines.append(line)
            size += len(line)
            if size > BATCH:
                self._wire.send(["lines", *lines])
                lines.clear()
                size = 0

        digest = self.process.snapshot(put, epoch)
        if lines:
            self._wire.send(["lines", *lines])
        return digest


def program_of(sent: dict[str, Any], engine: str) -> Program:
    """Return the program that a proxy sends, with the form that the engine loads."""
    program = Program.from_forms(sent["name"], sent["hash"], sent["manifest"], {}, sent["source"])
    form: Any = sent["text"]
    if engine != "python":
        lowered: Any = program  # of which a text takes nothing but the name
        form = LuaText(lowered, engine)
        form.text, form.info = sent["text"], sent["info"]
    return Program.from_forms(
        program.name, program.hash, program.manifest, {engine: form}, program.text
    )
