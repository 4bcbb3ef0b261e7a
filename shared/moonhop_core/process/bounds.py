"""Bounds of time: what watches over an engine's turns from outside, and turns run under it.

A watch costs nothing inside the program's code: it looks at the clock from another thread (host) or
in a timer's interrupt (boards) and raises one of `INTERRUPTS` in the code that runs. A
program cannot catch these; the engine's `resume` gives ("over", message, traceback) then.
"""

from moonhop_core.lua.errors import Interrupted

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

INTERRUPTS = (Interrupted, KeyboardInterrupt)
SLICE = 2.0  # seconds that a turn may take on a node, if the manifest does not say


class Watch:
    """Watches over the turns of one engine.

    reason       why the turn was interrupted, as the program's error says it; "" while it was not
    turn_number  of the turn that runs, or of the last one, where others can interrupt it
    """

    reason = ""
    if TYPE_CHECKING:
        turn_number: int

    def begin(self) -> None:
        """A turn begins on this thread."""

    def end(self) -> None:
        """The turn is over: no interrupt comes from now on. Can be called again."""

    def mask(self) -> None:
        """The host's own code begins: interrupts wait until `unmask`."""

    def unmask(self) -> None:
        """The program goes on."""

    def interrupt(self, reason: str, turn: "int | None" = None) -> None:
        """End the turn that runs, if one does, for another reason; on any thread. `turn`: only if
        it is the one of this number."""

    def close(self) -> None:
        """There will be no more turns."""


def over_text(seconds: float) -> str:
    """Return the reason of a slice (seconds) that is over."""
    return "slice of %g s is over" % seconds


def bounded(
    watch: Watch, function: "Callable[..., Any]", *args: "Any"
) -> "tuple[Any, BaseException | None]":
    """Call a function as a turn under a watch; gives (its result, None), or (None, the interrupt
    that ended it). An interrupt can come as late as in the handlers here, hence two of them."""
    result: "Any" = None
    raised: "BaseException | None" = None
    fault: "Exception | None" = None
    try:
        try:
            watch.begin()
            result = function(*args)
            watch.end()
        except INTERRUPTS as error:
            raised = error
            watch.end()
        except Exception as error:
            fault = error
            watch.end()
    except INTERRUPTS as error:
        raised = error
        watch.end()
    if watch.reason and isinstance(fault, NameError):  # a check failed (`lang/checks.py`)
        raised = fault
        fault = None
    if raised is not None and not watch.reason:
        raise raised  # somebody's Ctrl-C
    if fault is not None:
        raise fault
    return result, raised if result is None else None
