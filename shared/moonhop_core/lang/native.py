"""Which functions of a program are to be machine code on boards: those that its manifest names.

`native = ["mix", "list.sort", "main.lua:12"]`: a function's name as tracebacks show it, in any part
of the program, or for one without a name the file and line where it begins. MicroPython's native
code is faster and larger than its bytecode, and knows no lines: an error in such a function is
told at the line where the function begins (`emit_python.py`).
"""

from moonhop_core.errors import MoonhopError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from moonhop_core.lang.lowered import Lowered, Proto

SHOWN = 8  # names in a message


def native_functions(lowered: "Lowered", names: "Sequence[str]") -> "list[int]":
    """Return the numbers of the prototypes that the names mean. Raises MoonhopError for a name that
    means none."""
    known = [(proto, called(lowered, proto)) for proto in lowered.protos]
    found: "list[int]" = []
    for name in names:
        meant = [proto.number for proto, own in known if own == name]
        if not meant:
            others = sorted({own for _, own in known})
            more = " …" if len(others) > SHOWN else ""
            raise MoonhopError(
                "%s: native: there is no function '%s'; there are %s%s"
                % (lowered.name, name, ", ".join(others[:SHOWN]), more)
            )
        found += meant
    return found


def called(lowered: "Lowered", proto: "Proto") -> str:
    """Return the name by which a manifest means a function."""
    name: str = proto.function.name
    return name or "%s:%d" % (lowered.file_of(proto), proto.function.line)
