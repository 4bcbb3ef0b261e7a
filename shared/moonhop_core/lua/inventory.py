"""What programs find on a machine: its builtins by name, and the library tables they are in.

Everything has its registered name, by which images know it. What is made, and when: libraries.py.
"""

from builtins import id, type

from moonhop_core.lua.functions import builtin
from moonhop_core.lua.values import Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.lua.machine import Machine

# Last parts of the names of functions that builtins give: iterators and searchers.
HELPERS = ("next", "next_lax", "carried", "preloaded", "linked")


def install(machine: "Machine", name: str, function: "tuple[Any, ...]") -> None:
    """Register a builtin: a Python function and its number of parameters, -1 any; then perhaps
    quicker ones (`functions.builtin`)."""
    register(machine, name, builtin(name, *function))


def set_constant(machine: "Machine", name: str, value: "Any") -> None:
    """Put a value that is neither function nor table into a builtin table."""
    at = name.rfind(".")
    table = library(machine, name[:at])
    if table is not None:
        machine.constants[name] = value
        table.h.setdefault(name[at + 1 :], value)


def register(machine: "Machine", name: str, value: "Any") -> None:
    """Make a builtin function or table known under a dotted name, and reachable from `_G`
    unless it is a function's helper such as `ipairs.next`, or the program has put something
    else there."""
    machine.builtins[name] = value
    if type(value) is Table:
        machine.tables[id(value)] = name
        if name in machine.listed:
            machine.builtins["package.loaded"].h.setdefault(name, value)
    at = name.rfind(".")
    if at < 0:
        if name not in machine.hidden:
            machine.globals.h.setdefault(name, value)
        return
    holder = None if name[at + 1 :] in HELPERS else library(machine, name[:at])
    if holder is not None:
        holder.h.setdefault(name[at + 1 :], value)


def library(machine: "Machine", name: str) -> "Table | None":
    """Return the builtin table of this dotted name, making it; None if that is a function."""
    found = machine.builtins.get(name)
    if found is None:
        found = Table({})
        register(machine, name, found)
    return found if type(found) is Table else None
