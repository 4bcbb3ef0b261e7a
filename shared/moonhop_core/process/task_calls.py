"""What programs call of tasks: `spawn`, and the methods of what it returns."""

from moonhop_core.process.engine import Named, Obj, ProgramError, Suspend

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call


def spawn(call: "Call") -> "list[Any]":
    """spawn(fn, …): run a function as a task."""
    process = call.process
    handle = call.function(0)
    args = process.tasks.keep(call.args[1:])
    task = process.tasks.start(process.new_id(), handle, args, drop=True)
    return [Obj("task", task.tid)]


def join(call: "Call") -> "Any":
    """t:join(): wait for the end of a task; its results, or its error."""
    tasks = call.process.tasks
    tid = call.ident()
    if tasks.current is not None and tid == tasks.current.tid:
        raise call.bad(0, "a task cannot join itself")
    if tid in tasks.all:
        return Suspend(["join", tid])
    return tasks.results.get(tid, [])


def cancel(call: "Call") -> "list[Any]":
    """t:cancel(): end a task where it waits; true if it was still there."""
    tasks = call.process.tasks
    task = tasks.all.get(call.ident())
    if task is None:
        return [False]
    if task is tasks.current:
        raise ProgramError("a task cannot cancel itself: return, or call error")
    tasks.cancel(task)
    return [True]


def status(call: "Call") -> "list[Any]":
    """t.status, and t's methods: __index of the kind "task"."""
    name = call.get(1)
    if name in ("join", "cancel"):
        return [Named("task." + name)]
    if name != "status":
        return [None]
    tasks = call.process.tasks
    task = tasks.all.get(call.ident())
    if task is None:
        return ["ended"]
    if task is tasks.current:
        return ["running"]
    return ["ready" if task.wait is None else "waiting"]


OF_TASKS: "dict[str, Callable[[Call], Any]]" = {
    "spawn": spawn,
    "task.join": join,
    "task.cancel": cancel,
    "task.__index": status,
}
