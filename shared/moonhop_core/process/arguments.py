"""Reads an operation's arguments, with the errors that Lua's own library gives.

`call` is what an operation gets: the process, the operation's name and the arguments as they came
from the engine (scalars plain, everything else the engine's own).
"""

from moonhop_core.lua.values import basic_text
from moonhop_core.process.engine import ProgramError

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.process.process import Process

MICROSECONDS = 1000000
FOREVER = 1 << 62  # microseconds: longer waits have no end


class Call:
    """One call of an operation."""

    def __init__(self, process: "Process", name: str, args: "list[Any]"):
        self.process = process
        self.name = name
        self.args = args

    def bad(self, i: int, why: str) -> ProgramError:
        """Return the error for argument `i` (from 0). Methods count from after self, as in Lua."""
        name = self.name
        if name.split(".")[0] in self.process.object_kinds:
            name = name[name.find(".") + 1 :]
            if self.process.engine.name == "python":  # which knows how it was called
                pass
            elif i == 0:
                return ProgramError("calling '%s' on bad self (%s)" % (name, why))
            else:
                i -= 1
        return ProgramError("bad argument #%d to '%s' (%s)" % (i + 1, name, why))

    def expected(self, i: int, what: str) -> ProgramError:
        """Return the error that argument `i` has the wrong type."""
        got = "no value"
        if i < len(self.args):
            got = self.process.engine.type_name(self.args[i])
        return self.bad(i, "%s expected, got %s" % (what, got))

    def get(self, i: int) -> "Any":
        """Return argument `i` as it came, None if it is missing."""
        return self.args[i] if i < len(self.args) else None

    def number(self, i: int) -> "int | float":
        """Return a number; text that spells one counts, as everywhere in Lua."""
        value = self.get(i)
        if type(value) is int or type(value) is float:
            return value
        if type(value) is str:
            from moonhop_core.lang.numbers import parse_number

            found = parse_number(value)
            if found is not None:
                return found
        raise self.expected(i, "number")

    def integer(self, i: int, default: int) -> int:
        """Return an integer, or `default` if the argument is missing or nil."""
        if self.get(i) is None:
            return default
        value = self.number(i)
        if value != value or value - value != 0 or int(value) != value:
            raise self.bad(i, "number has no integer representation")
        return int(value)

    def duration(self, i: int) -> "int | None":
        """Return seconds as whole microseconds, at least 0; None: forever."""
        value = self.number(i)
        if value != value:
            raise self.bad(i, "number of seconds expected, got nan")
        if value <= 0:
            return 0
        if value > FOREVER // MICROSECONDS:
            return None
        if type(value) is int:
            return value * MICROSECONDS
        # the whole seconds apart: a board's single-precision float has no room for both
        return int(value) * MICROSECONDS + int((value - int(value)) * MICROSECONDS + 0.5)

    def timeout(self, i: int) -> "int | None":
        """Return a duration; None if it is missing or nil: forever."""
        return None if self.get(i) is None else self.duration(i)

    def text(self, i: int) -> str:
        """Return a string; numbers count, as everywhere in Lua."""
        value = self.get(i)
        if type(value) is str:
            return value
        if type(value) is int or type(value) is float:
            return basic_text(value)
        raise self.expected(i, "string")

    def function(self, i: int) -> int:
        """Keep a function and return its handle."""
        value = self.get(i)
        if i >= len(self.args) or not self.process.engine.is_function(value):
            raise self.expected(i, "function")
        return self.process.engine.keep(value)

    def ident(self, kind: str = "") -> int:
        """Return the id of the object that a method was called on; an error says that a `kind` was
        expected, by default what stands in front of the method's name."""
        value = self.get(0)
        found = None
        if self.args and self.process.engine.type_name(value) == "table":
            found = self.process.engine.plain(value)
        if not isinstance(found, dict) or type(found.get("id")) is not int:
            raise self.expected(0, kind or self.name[: self.name.find(".")])
        return found["id"]  # type: ignore[no-any-return]

    def options(self, i: int, names: "tuple[str, ...]") -> "dict[str, Any]":
        """Return a table of options as a dict; unknown ones are errors."""
        value = self.get(i)
        if value is None:
            return {}
        if self.process.engine.type_name(value) != "table":
            raise self.expected(i, "table")
        found = self.process.engine.plain(value)
        if isinstance(found, list):  # an empty table is a list
            found = {} if not found else {1: found[0]}
        for name in found:
            if name not in names:
                raise self.bad(i, "unknown option '%s'; known: %s" % (name, ", ".join(names)))
        return found  # type: ignore[no-any-return]
