"""Tasks: the threads of control inside a process. They switch only where they wait.

A task that fails makes its process fail, be it the main task, a spawned one or a handler: errors
never pass in silence, and a process that lost a part of itself is not the program any more. The
one exception: if other tasks wait in `join` for the failing one, they get the error instead.
Joining a cancelled task returns nothing. The results of the last `RESULTS` tasks that ended with
any are kept for a later join; older ones are given up (join returns nothing).
"""

from moonhop_core.process.engine import Kept

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.process import Process

RESULTS = 100
MAIN = 1  # the main task's id


class Task:
    """One task.

    start   until it first runs: [function's handle or None for main, arguments, handle goes too]
    wait    what it waits for: a list of a kind and plain values (`waits.py`), or None
    entry   the number of its agenda entry, or None
    answer  once it is ready: [values, error]
    owner   whose handler it is: ["subscription" or "timer", id], or None; ["shell", number, unit]:
            it was entered at a shell (`shell.py`)
    """

    def __init__(self, tid: int):
        self.tid = tid
        self.start: "list[Any] | None" = None
        self.wait: "list[Any] | None" = None
        self.entry: "int | None" = None
        self.answer: "list[Any] | None" = None
        self.owner: "list[Any] | None" = None

    def waits_for(self) -> str:
        """Return in words what it waits for."""
        wait = self.wait or ["nothing"]
        text = wait[0]
        if text == "recv":
            text = "a message on '%s'" % wait[1]
        elif text == "join":
            text = "the end of task %d" % wait[1]
        elif text == "sleep":
            text = "a time that never comes"
        return "task %d waits for %s" % (self.tid, text)


class Tasks:
    """The tasks of a process: `all` by id, `ready` to run in order."""

    def __init__(self, process: "Process"):
        self.process = process
        self.all: "dict[int, Task]" = {}
        self.ready: "list[int]" = []
        self.results: "dict[int, list[Any]]" = {}
        self.order: "list[int]" = []  # of results, oldest first
        self.current: "Task | None" = None

    def start(
        self,
        tid: int,
        handle: "int | None",
        args: "list[Any]",
        owner: "list[Any] | None" = None,
        drop: bool = False,
    ) -> Task:
        """Make a task that calls a kept function; with `drop` the task lets go of the function."""
        task = Task(tid)
        task.start = [handle, args, drop]
        task.owner = owner
        self.all[tid] = task
        self.ready.append(tid)
        self.process.host.changed()
        return task

    def wake(self, task: Task, values: "list[Any]", error: "Any" = None) -> None:
        """Make a waiting task ready: its call returns `values` or raises `error`."""
        if task.entry is not None:
            self.process.agenda.remove(task.entry)
            task.entry = None
        task.wait = None
        task.answer = [values, error]
        self.ready.append(task.tid)
        self.process.host.changed()

    def run_next(self) -> None:
        """Run the first ready task until it waits, ends or fails."""
        process = self.process
        engine = process.engine
        task = self.all[self.ready.pop(0)]
        self.current = task
        if task.start is not None:
            handle, args, drop = task.start
            task.start = None
            engine.spawn(task.tid, handle, args)
            self._drop(args)
            if drop and handle is not None:
                engine.drop(handle)
            outcome = engine.resume(task.tid, [])
        else:
            answer = task.answer
            task.answer = None
            values, error = answer if answer is not None else ([], None)
            outcome = engine.resume(task.tid, values, error)
            self._drop(values)
        self.current = None
        if task.owner and task.owner[0] == "shell":
            from moonhop_core.process.shell import shell_of

            if shell_of(process).after(task, outcome):
                return
        if process.exiting is not None:
            return  # the process ends, once its files are closed
        if outcome[0] == "wait":
            task.wait = outcome[1]
            process.begin_wait(task, outcome[1])
        elif outcome[0] == "done":
            self._ended(task, outcome[1])
        elif outcome[0] == "over":  # no task of it can be trusted any more
            process.fail(outcome[1], outcome[2])
        else:
            self._failed(task, outcome[1], outcome[2])

    def _drop(self, values: "list[Any]") -> None:
        for value in values:
            if isinstance(value, Kept):
                self.process.engine.drop(value.handle)

    def keep(self, values: "list[Any]") -> "list[Any]":
        """Return values that the process can hold: what is not plain is kept by the engine."""
        keep = self.process.engine.keep
        return [v if is_scalar(v) else Kept(keep(v)) for v in values]

    def in_order(self) -> "list[Task]":
        """Return all tasks, oldest first (MicroPython's dicts have no order)."""
        return [self.all[tid] for tid in sorted(self.all)]

    def _joiners(self, tid: int) -> "list[Task]":
        found = []
        for task in self.in_order():
            if task.wait is not None and task.wait[0] == "join" and task.wait[1] == tid:
                found.append(task)
        return found

    def _ended(self, task: Task, values: "list[Any]") -> None:
        del self.all[task.tid]
        if task.owner is not None:
            self.process.handler_ended(task.owner)
            return
        for joiner in self._joiners(task.tid):
            self.wake(joiner, self.keep(values))
        if values and task.tid != MAIN:
            self.results[task.tid] = self.keep(values)
            self.order.append(task.tid)
            if len(self.order) > RESULTS:
                self._drop(self.results.pop(self.order.pop(0)))

    def _failed(self, task: Task, message: str, traceback: str) -> None:
        del self.all[task.tid]
        joiners = self._joiners(task.tid)
        if not joiners:
            self.process.fail(message, traceback)
        for joiner in joiners:
            self.wake(joiner, [], message)

    def cancel(self, task: Task) -> None:
        """End a task that is not running; those who join it get nothing."""
        del self.all[task.tid]
        if task.tid in self.ready:
            self.ready.remove(task.tid)
        if task.start is not None:
            handle, args, drop = task.start
            self._drop(args)
            if drop and handle is not None:
                self.process.engine.drop(handle)
        else:
            self.process.end_wait(task)
            self.process.engine.cancel(task.tid)
        for joiner in self._joiners(task.tid):
            self.wake(joiner, [])


def is_scalar(value: "Any") -> bool:
    """Tell whether a value that came out of an engine is plain."""
    return value is None or type(value) in (bool, int, float, str)
