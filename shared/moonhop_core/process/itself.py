"""What a program says of itself: output, exit, hops."""

from moonhop_core.lua.values import basic_text
from moonhop_core.process.engine import ProgramError, Suspend

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call


def output(call: "Call") -> "list[Any]":
    """print(…), log(…): a line, the values parted by tabs. Engines have made them text."""
    process = call.process
    text = "\t".join([as_text(value) for value in call.args])
    task = process.tasks.current
    if task and task.owner and task.owner[0] == "shell":
        from moonhop_core.process.shell import shell_of

        shell_of(process).output(task, call.name, text)
    else:
        process.host.output(call.name, text)
    return []


def as_text(value: "Any") -> str:
    """Return a plain value as tostring writes it."""
    if type(value) is str:
        return value
    if value is None:
        return "nil"
    if type(value) is bool:
        return "true" if value else "false"
    return basic_text(value)


def exit(call: "Call") -> "Any":
    """exit(status): end the process. `true` is 0, `false` 1.

    It unwinds the task as an error does, so `<close>` variables are closed. A `pcall` on the way
    cannot hold it up for long: from now on every other operation raises the same, and the process
    ends with the resume.
    """
    status = call.get(0)
    if status is None or status is True:
        number = 0
    elif status is False:
        number = 1
    else:
        number = call.integer(0, 0)
    call.process.exiting = number
    raise ProgramError("the process has exited")


def hop_to(call: "Call") -> Suspend:
    """hop.to(node or direction): go on there; true, or nil and the reason why it stayed."""
    return Suspend(["request", call.process.new_id(), "hop", [call.text(0)], None])


def hop_away(call: "Call") -> Suspend:
    """hop.away(): go on wherever the scheduler says."""
    return Suspend(["request", call.process.new_id(), "hop", [None], None])


def on_arrive(call: "Call") -> "list[Any]":
    """hop.on_arrive(fn): call fn, in a task of its own, after each hop."""
    call.process.arrivals.append(call.function(0))
    return []


OF_ITSELF: "dict[str, Callable[[Call], Any]]" = {
    "print": output,
    "log": output,
    "exit": exit,
    "hop.to": hop_to,
    "hop.away": hop_away,
    "hop.on_arrive": on_arrive,
}
