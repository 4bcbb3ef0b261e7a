"""What is entered at a shell (`moonhop shell`): each text a chunk of its own, run as a task of the
process among its others, with the process's globals.

An evaluation has a number, chosen by whoever asks. What its task prints goes to the host under
that number instead of into the log, and so does its end. The task, its number and what it loaded go
into the image, so an evaluation that waits goes on after a hop. Its failure is no failure of the
process, and neither is that of a turn that took too long, if the engine can go on.
"""

from moonhop_core.process.process import with_traceback

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.engine import Outcome
    from moonhop_core.process.entered import Entered
    from moonhop_core.process.process import Process
    from moonhop_core.process.tasks import Task

PIECE = 1000  # characters of output that are sent together within one turn
LATE = 100000  # microseconds after which it is sent in any case
BROKEN_OFF = "interrupted"


class Shell:
    """The evaluations of a process."""

    def __init__(self, process: "Process"):
        self.process = process
        self._kind = "print"
        self._lines: "list[str]" = []  # said in this turn and not yet sent
        self._size = 0
        self._number = 0  # who said them
        self._sent = 0  # when some were sent last

    def evaluate(self, number: int, source: str, given: str, form: "Any" = None) -> None:
        """Enter a text under the name `given`; the values that it returns are printed. `form`: see
        Entered.load. Raises MoonhopError if it does not compile."""
        process = self.process
        handle, unit = entered(process).load(source, given, form)
        process.tasks.start(process.new_id(), handle, [], ["shell", number, unit], True)

    def next_unit(self) -> int:
        """Return the number of the unit that the next text will be."""
        return entered(self.process).next_unit()

    def names(self, path: "list[str]") -> "list[str]":
        """Return the names in a table; see Entered.names."""
        return entered(self.process).names(path)

    def interrupt(self, number: int) -> None:
        """End a turn of an evaluation that is under way, from another thread, if the engine can."""
        tasks = self.process.tasks
        watch: "Any" = self.process.engine.watch
        task = tasks.current
        if not hasattr(watch, "turn_number") or not _is(task, number):
            return
        turn = watch.turn_number
        if tasks.current is task:  # so it was that turn, or none
            watch.interrupt(BROKEN_OFF, turn)

    def break_off(self, number: int) -> None:
        """End an evaluation, between two turns; harmless if it is over."""
        tasks = self.process.tasks
        for task in list(tasks.all.values()):
            if _is(task, number):
                tasks.cancel(task)
                self._over(task.owner, "error", BROKEN_OFF)

    def output(self, task: "Task", kind: str, text: str) -> None:
        """Take a line that the running task says. What a turn says first is sent at once."""
        if kind != self._kind:
            self._flush()
        self._kind = kind
        self._number = task.owner[1]  # type: ignore[index]
        self._lines.append(text)
        self._size += len(text) + 1
        now = self.process.host.monotonic()
        if self._size > PIECE or now - self._sent > LATE:
            self._flush()
            self._sent = now

    def _flush(self) -> None:
        if self._lines:
            text = "\n".join(self._lines)
            self._lines = []
            self._size = 0
            self.process.host.evaluated(self._number, self._kind, text)

    def after(self, task: "Task", outcome: "Outcome") -> bool:
        """Do what follows a turn of an evaluation; tell whether it is done with."""
        self._flush()
        self._sent = 0
        process = self.process
        what = outcome[0]
        if what == "wait" or process.exiting is not None:
            return False
        del process.tasks.all[task.tid]
        if what == "done" and outcome[1]:  # its values are printed as it would
            show = entered(process).builtin("print")
            kept = process.tasks.keep(outcome[1])
            process.tasks.start(process.new_id(), show, kept, task.owner, True)
        elif what == "done":
            self._over(task.owner, "done", "")
        else:
            if what == "over":
                entered(process).recover(task.tid)
            self._over(task.owner, "error", with_traceback(outcome[1], outcome[2]))
        return True

    def _over(self, owner: "Any", kind: str, text: str) -> None:
        entered(self.process).unload(owner[2])
        self.process.host.evaluated(owner[1], kind, text)


def shell_of(process: "Process") -> Shell:
    """Return the evaluations of a process. (It has no property for them: boards are short of heap,
    and most processes never meet a shell.)"""
    if "shell" not in process.parts:
        process.parts["shell"] = Shell(process)
    found: Shell = process.parts["shell"]
    return found


def entered(process: "Process") -> "Entered":
    """Return what loads texts into a process's engine; that of engine python is loaded here, for
    the same reason."""
    engine: "Any" = process.engine
    if engine.name == "python":
        from moonhop_core.process.python_entered import PythonEntered

        return PythonEntered(engine)
    found: "Entered" = engine.entered()
    return found


def _is(task: "Task | None", number: int) -> bool:
    owner = None if task is None else task.owner
    return owner is not None and owner[0] == "shell" and owner[1] == number
