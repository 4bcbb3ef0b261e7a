"""The alarm as long loops of the library see it, on Pythons that nothing else can interrupt.

`RANG` has something in it once the slice of the turn that runs is over, and is empty otherwise: a
truth test is all that a loop needs. `process/alarm.py` rings it.
"""

from moonhop_core.lua.errors import Interrupted

RANG: "list[int]" = []


def over() -> None:
    """End the turn."""
    raise Interrupted
