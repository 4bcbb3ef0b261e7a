"""Processes whose turn no interrupt ends: a pattern match that goes wild inside the C library.

They fail at once, as others do whose slice is over. The thread stays behind: it ends with what it
is at, and nothing that it does reaches anybody any more.
"""

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moonhop_core.node.hosting import Hosted


def report(process: Any, reason: str) -> None:
    """Have the worker of a process give it up; on any thread."""
    hosted: Hosted = process.host
    text = f"{process.program.name}: {reason}, in a function that cannot be interrupted"
    hosted.worker.call_soon(functools.partial(give_up, hosted, text))


def give_up(hosted: "Hosted", text: str) -> None:
    """Let a process fail whose turn goes on; on the worker's thread."""
    if not hosted.closed:
        hosted.seq += 1
        hosted.worker.log(hosted, "error", text)
        hosted.worker.let_go(hosted, "failed", {"reason": text})
