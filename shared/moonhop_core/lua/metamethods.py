"""What all operators share: metamethods, types as messages name them, calls, errors.

Error messages name the variable at fault only later, when the error is caught: `LuaError.about`
tells what was tried, and the side table of the emitted module which variable that was.
"""

from builtins import str, type

from moonhop_core.lua.errors import OPERATOR, LuaError
from moonhop_core.lua.values import Table, type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

try:
    from _thread import get_ident
except ImportError:  # a board without threads

    def get_ident() -> int:
        """Return the one thread there is."""
        return 0


if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# The metatable that a program's strings share, by the thread that runs it (engines may have threads
# of their own); the machine sets it.
string_metas: "dict[int, Table]" = {}


def use_strings(meta: Table) -> None:
    """Make `meta` the strings' metatable for what this thread runs from now on."""
    string_metas[get_ident()] = meta


def string_meta() -> "Table | None":
    """Return the strings' metatable in the program that is running."""
    return string_metas.get(get_ident())


def metamethod(value: "Any", event: str) -> "Any":
    """Return the value's handler for an event such as "__add", or None."""
    if type(value) is Table:
        meta = value.meta
    elif type(value) is str:
        meta = string_meta()
    else:
        return None
    return None if meta is None else meta.h.get(event)


def named_type(value: "Any") -> str:
    """Return the type's name for messages: a metatable may say `__name`."""
    if type(value) is Table and value.meta is not None:
        name = value.meta.h.get("__name")
        if type(name) is str:
            return name
    return type_name(value)


def trouble(doing: str, value: "Any", about: "tuple[Any, ...] | None") -> LuaError:
    """Return the error `attempt to DOING a TYPE value`."""
    error = LuaError("attempt to %s a %s value" % (doing, named_type(value)), OPERATOR)
    error.about = about
    return error


def check_handler(handler: "Any", event: str = "") -> None:
    """Raise the error of a metamethod that is not callable; else it was something inside. `event`:
    which one, if an operator has called it and no builtin."""
    if metamethod(handler, "__call") is None and not hasattr(handler, "proto"):
        message = "attempt to call a %s value" % named_type(handler)
        if event:
            raise LuaError("%s (metamethod '%s')" % (message, event[2:]), OPERATOR)
        raise LuaError(message)


def call(func: "Any", args: "Sequence[Any]") -> "Any":
    """func(args…); the error of something that cannot be called is raised here."""
    try:
        run = func.cn
    except AttributeError:
        raise trouble("call", func, ("call",))
    return run(args)
