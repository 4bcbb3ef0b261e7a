"""The program's API: every name with what it does, and which names may suspend.

The compiler's own list (`lang/primitives.py`) has to agree; a test compares them.
"""

from moonhop_core.process import files, itself, messages, tasks, timers

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call

DIRECT = "direct"
SUSPENDS = "suspends"

# dotted name -> (what it does, whether it may suspend)
OPERATIONS: "dict[str, tuple[Callable[[Call], Any], str]]" = {
    "now": (timers.now, DIRECT),
    "sleep": (timers.sleep, SUSPENDS),
    "after": (timers.after, DIRECT),
    "every": (timers.every, DIRECT),
    "timer.cancel": (timers.cancel, DIRECT),
    "spawn": (tasks.spawn, DIRECT),
    "task.join": (tasks.join, SUSPENDS),
    "task.cancel": (tasks.cancel, DIRECT),
    "task.__index": (tasks.status, DIRECT),
    "publish": (messages.publish, DIRECT),
    "subscribe": (messages.subscribe, DIRECT),
    "subscription.cancel": (messages.cancel, DIRECT),
    "recv": (messages.recv, SUSPENDS),
    "print": (itself.output, DIRECT),
    "log": (itself.output, DIRECT),
    "exit": (itself.exit, DIRECT),
    "hop.to": (itself.hop_to, SUSPENDS),
    "hop.away": (itself.hop_away, SUSPENDS),
    "hop.on_arrive": (itself.on_arrive, DIRECT),
    "fs.read": (files.of_path, SUSPENDS),
    "fs.write": (files.of_path_and_text, SUSPENDS),
    "fs.append": (files.of_path_and_text, SUSPENDS),
    "fs.list": (files.of_path, SUSPENDS),
    "fs.exists": (files.of_path, SUSPENDS),
    "fs.stat": (files.of_path, SUSPENDS),
    "fs.lines": (files.lines, DIRECT),
    "fs.lines.next": (files.next_line, SUSPENDS),
}

# Registered, for images and Bound, but not reachable from _G.
HIDDEN = ("fs.lines.next",)

# Kinds of objects: their operations stand in a builtin table of that name, not reachable from _G.
OBJECTS = ("timer", "task", "subscription")
