"""A process: one run of a program, at rest between turns.

Plain synchronous code. Whoever owns it calls `turn` while there is something to do and waits until
`due` otherwise; messages and answers come in by `deliver` and `finish`; effects go out through the
host. Times are microseconds.
"""

from moonhop_core.errors import MoonhopError
from moonhop_core.process import api
from moonhop_core.process.agenda import Agenda
from moonhop_core.process.arguments import Call
from moonhop_core.process.engine import ProgramError
from moonhop_core.process.tasks import MAIN, Tasks

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from moonhop_core.process.engine import Engine
    from moonhop_core.process.files import Files
    from moonhop_core.process.host import Host
    from moonhop_core.process.image import ImageReader
    from moonhop_core.process.messages import Messages
    from moonhop_core.process.program import Program
    from moonhop_core.process.tasks import Task
    from moonhop_core.process.timers import Timers

NEW = "new"  # neither started nor restored
RUNNING = "running"
PAUSED = "paused"
ENDED = "ended"
FAILED = "failed"


class Process:
    """One run of a program on this node.

    status       "new", "running", "paused", "ended" or "failed"
    exit_status  once it has ended or failed: 0, what `exit` said, 1 after a failure
    failure      [message, traceback] after a failure
    hops, epoch  how often it arrived somewhere; which copy this is
    """

    object_kinds = api.OBJECTS

    def __init__(
        self,
        program: "Program",
        make_engine: "Callable[[Program, Process], Engine]",
        host: "Host",
        pid: str = "1",
        app: str = "",
        args: "Iterable[str]" = (),
        node: "dict[str, Any] | None" = None,
        epoch: int = 1,
    ):
        """`node` is what the program sees as `node`: id, kind, tags, float_bits."""
        self.program = program
        self.host = host
        self.pid = pid
        self.app = app
        self.args = list(args)
        self.node: "dict[str, Any]" = dict(node or {"id": "local"})
        self.epoch = epoch
        self.hops = 0
        self.status = NEW
        self.exit_status: "int | None" = None
        self.failure: "list[str] | None" = None
        self.exiting: "int | None" = None
        self.agenda = Agenda()
        self.tasks = Tasks(self)
        self.parts: "dict[str, Any]" = {}  # timers, messages, files …, once there were any
        self.arrivals: "list[int]" = []  # kept functions, of hop.on_arrive
        self.next_id = MAIN
        self.resting: "list[Any] | None" = None  # between reading an image and going on
        self.gone = False  # after `let_go`
        self._make_engine = make_engine
        self._engine: "Engine | None" = None

    # ------------------------------------------------------------ what engines call

    @property
    def engine(self) -> "Engine":
        """The engine; it is there once the process was started or a header was read."""
        if self._engine is None:
            self._engine = self._make_engine(self.program, self)
        return self._engine

    @property
    def timers(self) -> "Timers":
        """The timers, made and their module loaded when there is first one."""
        if "timers" not in self.parts:
            from moonhop_core.process.timers import Timers

            self.parts["timers"] = Timers(self)
        found: "Timers" = self.parts["timers"]
        return found

    @property
    def messages(self) -> "Messages":
        """What is published and heard, likewise."""
        if "messages" not in self.parts:
            from moonhop_core.process.messages import Messages

            self.parts["messages"] = Messages(self)
        found: "Messages" = self.parts["messages"]
        return found

    @property
    def files(self) -> "Files":
        """What is asked of the host, likewise."""
        if "files" not in self.parts:
            from moonhop_core.process.files import Files

            self.parts["files"] = Files(self)
        found: "Files" = self.parts["files"]
        return found

    def constants(self) -> "dict[str, Any]":
        """Return the values that engines install: of this copy, on this node."""
        found = {
            "process.id": self.pid,
            "process.app": self.app,
            "process.args": list(self.args),
            "process.hops": self.hops,
        }
        for name, value in self.node.items():
            found["node." + name] = value
        return found

    def op(self, name: str, args: "list[Any]") -> "Any":
        """Do an operation of the API: a list of values, or Suspend. Raises ProgramError."""
        if self.exiting is not None:
            raise ProgramError("the process has exited")
        try:
            return api.operation(name)(Call(self, name, args))
        except ProgramError as error:
            raise error
        except MoonhopError as error:
            raise ProgramError(str(error))

    # ------------------------------------------------------------ what the owner calls

    def start(self) -> None:
        """Begin: the main task is ready. Raises the compiler's or the engine's error."""
        self.engine  # noqa: B018 - made here, so that its errors come out here
        self.status = RUNNING
        self.tasks.start(self.new_id(), None, list(self.args))

    def turn(self) -> bool:
        """Run one ready thing, if there is one. Tells whether more is ready."""
        if self.status != RUNNING:
            return False
        if self.exiting is None:
            self._wake(self.host.monotonic())
            if self.tasks.ready:
                self.tasks.run_next()
                if self.status != RUNNING:
                    return False
        if self.exiting is None and (self.tasks.all or self._expects()):
            return bool(self.tasks.ready)
        if "files" not in self.parts or not self.files.close_all():
            self.end(self.exiting or 0)
        return False

    def due(self) -> "int | None":
        """Return the moment (of the host's `monotonic`) of the next turn; None: only a message or
        an answer can bring one."""
        if self.status != RUNNING or self.exiting is not None:
            return None
        return self.host.monotonic() if self.tasks.ready else self.agenda.first()

    def deliver(self, topic: str, payload: str) -> bool:
        """Take a message in. Tells whether the process hears its topic."""
        if self.status not in (RUNNING, PAUSED):
            return False
        return "messages" in self.parts and self.messages.deliver(topic, payload)

    def finish(self, number: int, values: "list[Any] | None", error: "str | None" = None) -> None:
        """Take the answer to a request of `host.request`; late ones are dropped."""
        if self.status in (RUNNING, PAUSED) and "files" in self.parts:
            self.files.finish(number, values, error)

    def pause(self) -> None:
        """Stand still. Time goes on: what comes due meanwhile happens at `resume`."""
        if self.status == RUNNING:
            self.status = PAUSED
            self.host.changed()

    def resume(self) -> None:
        """Go on after `pause`."""
        if self.status == PAUSED:
            self.status = RUNNING
            self.host.changed()

    def stop(self) -> None:
        """End the process from outside, at rest."""
        if self.status not in (ENDED, FAILED):
            self.end(0)

    def let_go(self) -> None:
        """Forget everything without a word to the host: another copy goes on. Whoever still has
        this object, if only by accident, shall not keep a board's memory full with it."""
        if self.gone:
            return
        self.gone = True
        self.status = ENDED
        if self._engine is not None:
            self._engine.close()
        self._engine = None
        self.program.forget()
        del self.program, self.tasks, self.parts

    def waits(self) -> "list[str]":
        """Return for each waiting task, in words, what it waits for."""
        if self.exiting is not None:
            return []
        return [task.waits_for() for task in self.tasks.all.values()]

    def interrupt(self) -> None:
        """End a turn that is under way, from another thread, if the engine can; the process is
        useless then."""
        watch = None if self._engine is None else self._engine.watch
        if watch is not None:
            watch.interrupt("the process was killed")

    def filters(self) -> "list[str]":
        """Return the topic filters that the process hears."""
        return self.messages.filters() if "messages" in self.parts else []

    def snapshot(self, put_line: "Callable[[str], Any]", epoch: "int | None" = None) -> str:
        """Write the image, at rest, and return its hash; the process can go on afterwards. A given
        `epoch` is that of the copy which will go on elsewhere: its `hops` is one more. Raises
        ImageError that names the path of what cannot be written."""
        if self.tasks.current is not None or self.status not in (RUNNING, PAUSED):
            raise MoonhopError("process %s has no image: it is %s" % (self.pid, self.status))
        from moonhop_core.process.image import ImageWriter
        from moonhop_core.process.snapshot import write_process

        writer = ImageWriter(put_line)
        if epoch is None:
            write_process(self, writer, self.epoch, self.hops)
        else:
            write_process(self, writer, epoch, self.hops + 1)
        return writer.end()

    def reader(self) -> "ImageReader":
        """Return the reader to feed with the lines of an image; call `finish_restore` after."""
        from moonhop_core.process.image import ImageReader
        from moonhop_core.process.snapshot import read_header, read_process

        return ImageReader(
            self.program.hash,
            lambda header: read_header(self, header),
            lambda record: read_process(self, record),
        )

    def finish_restore(self, reader: "ImageReader", elapsed: int = 0, arrived: bool = True) -> str:
        """Go on from what was read, `elapsed` microseconds after it was written. `arrived`: run
        what `hop.on_arrive` was given. Returns the image's hash. Raises ImageError; the process is
        useless then."""
        from moonhop_core.process.snapshot import tie_up

        digest = reader.finish()
        tie_up(self, elapsed, arrived)
        return digest

    def restore(
        self, lines: "Iterable[str | bytes]", elapsed: int = 0, arrived: bool = True
    ) -> str:
        """Read a whole image; see `reader` and `finish_restore`."""
        reader = self.reader()
        for line in lines:
            reader.feed(line)
        return self.finish_restore(reader, elapsed, arrived)

    # ------------------------------------------------------------ inside

    def _expects(self) -> bool:
        """Tell whether timers or messages can make new tasks."""
        parts = self.parts
        return ("timers" in parts and bool(parts["timers"].all)) or (
            "messages" in parts and bool(parts["messages"].subscriptions)
        )

    def publish(self, topic: str, payload: str, qos: int, retain: bool) -> None:
        """Send a message, after what the process has closed before."""
        if "files" in self.parts and self.files.closing():
            self.files.held.append(["publish", topic, payload, qos, retain])
        else:
            self.host.publish(topic, payload, qos, retain)

    def new_id(self) -> int:
        """Return the next number for a task, timer, subscription, request or reader."""
        number = self.next_id
        self.next_id = number + 1
        return number

    def _wake(self, now: int) -> None:
        while True:
            what = self.agenda.pop(now)
            if what is None:
                return
            if what[0] == "timer":
                self.timers.fire(what[1], what[2], now)
                continue
            if what[0] == "arrival":
                self.parts["things"].arrive()
                continue
            task = self.tasks.all[what[1]]
            task.entry = None
            if task.wait is not None and task.wait[0] == "recv":
                self.messages.stop_waiting(task, task.wait[1])
                self.tasks.wake(task, [None])
            else:
                self.tasks.wake(task, [])

    def begin_wait(self, task: "Task", wait: "list[Any]") -> None:
        """Do what a wait needs: a place on the agenda, in a mailbox, a request."""
        kind = wait[0]
        timeout: "int | None" = None
        if kind == "sleep":
            timeout = wait[1]
        elif kind == "recv":
            self.messages.open(wait[1]).waiting.append(task.tid)
            timeout = wait[2]
        elif kind == "request" or kind == "file":
            self.files.begin(task, wait)
        if timeout is not None:
            self.remind(task, self.host.monotonic() + timeout)

    def remind(self, task: "Task", moment: int) -> None:
        """Wake a waiting task at a moment."""
        task.entry = self.agenda.add(moment, ["task", task.tid])

    def end_wait(self, task: "Task") -> None:
        """Undo `begin_wait`."""
        if task.entry is not None:
            self.agenda.remove(task.entry)
        wait = task.wait
        if wait is not None and wait[0] == "recv":
            self.messages.stop_waiting(task, wait[1])
        elif wait is not None and wait[0] in ("request", "file"):
            self.files.end(task, wait)

    def cancel_unstarted(self, tid: "int | None") -> None:
        """Cancel a handler's task if it has not begun."""
        task = None if tid is None else self.tasks.all.get(tid)
        if task is not None and task.start is not None:
            self.tasks.cancel(task)

    def handler_ended(self, owner: "list[Any]") -> None:
        """A handler's task has ended: the next tick or message may follow."""
        if owner[0] == "timer":
            self.timers.ended(owner[1])
        elif owner[0] == "subscription":
            self.messages.handled(owner[1])

    def fail(self, message: str, traceback: str) -> None:
        """End the process with an error of the program."""
        self.failure = [message, traceback]
        self.host.output("error", with_traceback(message, traceback))
        self._over(FAILED, 1)

    def end(self, status: int) -> None:
        """End the process."""
        self._over(ENDED, status)

    def _over(self, status: str, exit_status: int) -> None:
        self.status = status
        self.exit_status = exit_status
        if "messages" in self.parts:
            self.messages.close()
        self.engine.close()
        self.host.changed()


def with_traceback(message: str, traceback: str) -> str:
    """Return an error as people read it."""
    return traceback if message in traceback else (message + "\n" + traceback).rstrip("\n")
