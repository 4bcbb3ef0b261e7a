"""Lua errors on engine python."""

from moonhop_core.lua.values import basic_text, type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


OPERATOR = -1


class Interrupted(BaseException):
    """The turn is over. Not an Exception: nothing that a program does catches it."""


NO_MEMORY = "not enough memory"


class LuaError(Exception):
    """An error that a Lua program raises or can catch.

    value      any Lua value
    level      whose position is still to be put before a message: 1 the function that raised it
               (by `error`, or by an operator), 2 its caller; 0 none; OPERATOR: 1, or none if
               it was a library function that used the operator. The position is looked up
               when the error is caught or reported, so raising stays cheap
    about      what an operator tried, by which the variable at fault is found: ("index", key) …
    traceback  lines for people, innermost first: "FILE:LINE: in function 'NAME'"
    lengthens  whether there is memory for more of these
    """

    lengthens = True

    def __init__(self, value: "Any", level: int = 0, traceback: "list[str] | None" = None):
        super().__init__(value)
        self.value = value
        self.level = level
        self.about: "tuple[Any, ...] | None" = None
        self.traceback = traceback

    def __str__(self) -> str:
        """Return the message that a report shows."""
        if isinstance(self.value, (str, int, float)):
            return basic_text(self.value)
        return "(error object is a " + type_name(self.value) + " value)"


def lua_error(message: str) -> LuaError:
    """Return an error to raise from a builtin or an operator: it will say where it was called."""
    return LuaError(message, 1)


def argument_error(n: int, function: str, message: str) -> LuaError:
    """Return `bad argument #n to 'function' (message)`."""
    return LuaError("bad argument #%d to '%s' (%s)" % (n, function, message), 1)


MISSING = object()


def type_error(n: int, function: str, expected: str, got: "Any") -> LuaError:
    """Return `bad argument #n to 'function' (expected expected, got TYPE)`.

    `got` is the value, or MISSING for "no value".
    """
    if got is MISSING:
        name = "no value"
    else:
        name = type_name(got)
        meta = getattr(got, "meta", None)
        if meta is not None and type(meta.h.get("__name")) is str:
            name = meta.h["__name"]
    return argument_error(n, function, "%s expected, got %s" % (expected, name))
