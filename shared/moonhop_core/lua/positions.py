"""Where a Python exception came from, in Lua's words: files, lines and the variable at fault."""

import sys

from moonhop_core.lua.errors import NO_MEMORY, OPERATOR, LuaError
from moonhop_core.lua.values import type_name

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

    from moonhop_core.lua.proto import Unit

    Place = tuple[Unit, int]

PYTHON_TYPES = {
    "NoneType": "nil",
    "Boolean": "boolean",
    "int": "number",
    "float": "number",
    "str": "string",
    "Table": "table",
    "Coroutine": "thread",
}


def places(error: BaseException, units: "list[Unit]") -> "tuple[list[Place], bool]":
    """Return (unit, line of its module) for each emitted function that the exception passed
    through, innermost first; and whether a library function stands inside of those."""
    found: "list[Place]" = []
    library = False
    for file, line in python_lines(error):
        if file.startswith("<lua "):
            found.append((units[int(file[5:-1])], line))
            library = False
        elif not file.endswith(OPERATORS):
            library = True
    found.reverse()
    return found, library


# what emitted code uses itself
OPERATORS = (
    "/metamethods.py",
    "/access.py",
    "/indexing.py",
    "/comparison.py",
    "/arithmetic.py",
    "/bitwise.py",
    "/lua/text.py",
    "/iteration.py",
    "/loops.py",
    "/support.py",
    "/sections.py",
    "/tail_form.py",
    "/values.py",
    "/fresh.py",
    "/room.py",
    "/functions.py",
    "/errors.py",
    "/numbers.py",
)


def python_lines(error: BaseException) -> "list[tuple[str, int]]":
    """Return (file, line) for each Python function that the exception passed through, outermost
    first. Of a very deep stack the ends are right; in the middle the lines are 0."""
    lines: "list[tuple[str, int]]" = []
    if hasattr(sys, "print_exception"):
        import io

        text = io.StringIO()
        sys.print_exception(error, text)
        report = text.getvalue()
        if len(report) < 4 * ENDS:
            return printed_lines(report)
        lines = printed_lines(report[:ENDS])
        inner = printed_lines(report[-ENDS:])
        lines.extend([(inner[0][0], 0)] * report[ENDS:-ENDS].count("\n"))
        return lines + inner
    traceback = error.__traceback__
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    last = len(entries) - MANY
    for at, entry in enumerate(entries):
        line = entry.tb_lineno if at < MANY or at >= last else 0
        lines.append((entry.tb_frame.f_code.co_filename, line))
    return lines


ENDS = 8000  # characters of a traceback
MANY = 200  # its entries


def printed_lines(report: str) -> "list[tuple[str, int]]":
    """Read the traceback that MicroPython prints; the first and last line may be cut."""
    lines = []
    for line in report.split("\n"):
        if line.startswith('  File "') and line.find(", in ") > 0:
            end = line.find('"', 8)
            at = line.find("line ", end) + 5
            lines.append((line[8:end], int(line[at : line.find(",", at)])))
    return lines


def from_python(error: Exception) -> "LuaError | None":
    """Return the Lua error that a Python exception stands for; None if it is a fault of ours."""
    if isinstance(error, LuaError):
        return error
    if isinstance(error, AttributeError):
        # a call of something that is no function was left to fail by itself
        text = str(error)
        kind = text.split("'")
        if text.startswith("call "):
            made = LuaError("attempt to call a %s value" % text[5:], OPERATOR)
        elif len(kind) == 5 and kind[3] in ("c0", "c1", "c2", "c3", "c4", "cn"):
            made = LuaError(
                "attempt to call a %s value" % PYTHON_TYPES.get(kind[1], kind[1]), OPERATOR
            )
        elif len(kind) == 5 and kind[3] in ("h", "meta"):
            made = LuaError(
                "attempt to index a %s value" % PYTHON_TYPES.get(kind[1], "function"), OPERATOR
            )
            made.about = ("held", kind[3])
            return made
        else:
            return None
        made.about = ("call",)
        return made
    if isinstance(error, KeyError):
        # the same of a method or global that is not there
        made = LuaError("attempt to call a nil value", OPERATOR)
        made.about = ("missing", error.args[0] if error.args else None)
        return made
    if isinstance(error, MemoryError):
        return LuaError(NO_MEMORY)
    if isinstance(error, RuntimeError) and "recursion" in str(error):
        return LuaError("stack overflow", 1)
    return None


def named(message: str, about: "tuple[Any, ...]", notes: "list[str]") -> str:
    """Return a message with the variable at fault: behind it, or behind the number it is about."""
    if about[0] == "held" and about[1] == "h":
        # no metatable, and a method was wanted
        names = [note[2:] for note in notes if note[:2] == "K="]
        if names:
            return "attempt to call a nil value (%s)" % names[0]
    if about[0] == "missing":
        notes = [note for note in notes if note.endswith("'%s'" % about[1])]
    found = culprit(about, notes)
    if message.startswith("number has"):
        return "number" + found + message[6:]
    return message + found


def culprit(about: "tuple[Any, ...]", notes: "list[str]") -> str:
    """Return " (local 'x')" for the variable that an operation failed on, or ""."""
    what = about[0]
    keys: "tuple[str, ...]"
    if what == "index":
        keys = ("I." + key_text(about[1]), "I")
    elif what == "arith":
        keys = ("A" + about[1] + about[2][0],)
    elif what == "unary":
        keys = ("U" + about[1],)
    elif what == "held":
        keys = ("H",)
    elif what == "missing":
        keys = ("M",)
    elif what == "concat":
        keys = ("S%d" % about[1],)
    else:
        keys = ("C",)
    for key in keys:
        names = []
        for note in notes:
            at = note.find("=", 1)
            if note[:at] == key and len(note) > at + 1 and note[at + 1 :] not in names:
                names.append(note[at + 1 :])
        if names:
            return " (%s)" % names[0] if len(names) == 1 else ""
    return ""


def key_text(key: "Any") -> str:
    """Return an index as the emitter notes it."""
    return str(key) if type_name(key) in ("string", "number") else "?"


def in_full(message: str, function: "Any") -> str:
    """Give a builtin its dotted name in a message about its arguments, as PUC Lua does where the
    call has no name for it."""
    name = getattr(function, "proto", None)
    if type(name) is not str or not message.startswith("bad argument #"):
        return message
    short = " to '%s' (" % name[name.rfind(".") + 1 :]
    return message.replace(short, " to '%s' (" % name, 1)


# Builtins that call functions they are given, or metamethods.
CALLERS = [
    "gsub",
    "sort",
    "pcall",
    "xpcall",
    "tostring",
    "print",
    "load",
    "pairs",
    "format",
    "concat",
    "resume",
    "spawn",
]


def for_call(message: str, notes: "list[str]", builtins: "Any") -> "tuple[str, bool]":
    """Word a builtin's message about its arguments as its call wants it: the name that the call
    has for it, arguments of a method counted without `self`, "no value" for what was not given.
    The second result is False if no Lua function called the builtin, but another builtin."""
    if not message.startswith("bad argument #"):
        return message, True
    at = message.find(" ", 14)
    end = message.find("'", at + 5)
    name = message[at + 5 : end]
    rest = message[end:]
    number = int(message[14:at])
    count = number
    called = ""
    for note in notes:
        if note.startswith("C="):
            called = note[2:]
        elif note.startswith("N="):
            count = int(note[2:])
    if called:
        other = called[called.find("'") + 1 : -1]
        if other != name and other in CALLERS:
            for known in builtins:
                if known.endswith("." + name):
                    name = known
            return "bad argument #%d to '%s%s" % (number, name, rest), False
        name = other
    if called.startswith("method "):
        number -= 1
    if number > count and rest.endswith("got nil)"):
        rest = rest[:-4] + "no value)"
    if not number:
        return "calling '%s' on bad self%s" % (name, rest[1:]), True
    return "bad argument #%d to '%s%s" % (number, name, rest), True
