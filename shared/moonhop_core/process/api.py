"""The program's API: every name with what it does, and which names may suspend.

The compiler's own list (`lang/primitives.py`) has to agree; a test compares them.
"""

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call

# dotted name -> the module that does it, which is loaded with the first call of one of its own
OPERATIONS = {
    "now": "timers",
    "sleep": "timers",
    "after": "timers",
    "every": "timers",
    "timer.cancel": "timers",
    "spawn": "tasks",
    "task.join": "tasks",
    "task.cancel": "tasks",
    "task.__index": "tasks",
    "publish": "messages",
    "subscribe": "messages",
    "subscription.cancel": "messages",
    "recv": "messages",
    "print": "itself",
    "log": "itself",
    "exit": "itself",
    "hop.to": "itself",
    "hop.away": "itself",
    "hop.on_arrive": "itself",
    "fs.append": "files",
    "fs.copy": "files",
    "fs.exists": "files",
    "fs.lines": "files",
    "fs.lines.next": "open_files",
    "fs.list": "files",
    "fs.mkdir": "files",
    "fs.open": "files",
    "fs.read": "files",
    "fs.remove": "files",
    "fs.rename": "files",
    "fs.stat": "files",
    "fs.watch": "watching",
    "fs.write": "files",
    "file.__close": "handles",
    "file.__tostring": "handles",
    "file.close": "handles",
    "file.flush": "handles",
    "file.lines": "handles",
    "file.read": "handles",
    "file.seek": "handles",
    "file.write": "handles",
}

# Those that may suspend.
SUSPENDING = (
    "sleep",
    "task.join",
    "recv",
    "hop.to",
    "hop.away",
    "fs.append",
    "fs.copy",
    "fs.exists",
    "fs.lines.next",
    "fs.list",
    "fs.mkdir",
    "fs.open",
    "fs.read",
    "fs.remove",
    "fs.rename",
    "fs.stat",
    "fs.write",
    "file.close",
    "file.read",
    "file.seek",
    "file.write",
)

# Registered, for images and Bound, but not reachable from _G.
HIDDEN = ("fs.lines.next",)

# Kinds of objects: their operations stand in a builtin table of that name, not reachable from _G.
OBJECTS = ("timer", "task", "subscription", "file")


def operation(name: str) -> "Callable[[Call], Any]":
    """Return what does an operation: a function of a `Call`."""
    module = OPERATIONS[name]
    if module == "itself":
        from moonhop_core.process.itself import OF_ITSELF

        return OF_ITSELF[name]
    if module == "tasks":
        from moonhop_core.process.task_calls import OF_TASKS

        return OF_TASKS[name]
    if module == "timers":
        from moonhop_core.process.timers import OF_TIMERS

        return OF_TIMERS[name]
    if module == "messages":
        from moonhop_core.process.messages import OF_MESSAGES

        return OF_MESSAGES[name]
    if module == "watching":
        from moonhop_core.process.watching import OF_WATCHING

        return OF_WATCHING[name]
    if module == "handles":
        from moonhop_core.process.handles import OF_HANDLES

        return OF_HANDLES[name]
    if module == "open_files":
        from moonhop_core.process.open_files import OF_LINES

        return OF_LINES[name]
    from moonhop_core.process.files import OF_FILES

    return OF_FILES[name]
