"""What somebody enters at a shell, as `lua` takes it: values of an expression are shown, and what
is not complete goes on in the next line."""

from moonhop_core.errors import MoonhopError
from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.errors import LuaSyntaxError

LONGEST = 64_000  # bytes
LONGEST_ON_BOARDS = 8_000  # which take packets of 16 kB


class Incomplete(LuaSyntaxError):
    """The text ends before its last statement does."""


def entered(text: str, name: str) -> str:
    """Return the text to load of what was entered; what it returns is shown.

    Raises LuaSyntaxError, with the place in what was entered; Incomplete.
    """
    source = text.encode().decode("latin-1")
    returned = f"return {source.lstrip(' ').removeprefix('=')}"
    if compiles(returned):
        return returned.encode("latin-1").decode()
    try:
        compile_lua(source, name, unit=True)
    except LuaSyntaxError as error:
        if error.message.endswith("<eof>"):
            raise Incomplete(
                error.source_name,
                error.line,
                error.column,
                error.message,
                error.source_line,
                error.report_line,
            ) from None
        raise
    return text


def compiles(source: str) -> bool:
    """Tell whether a text is Lua."""
    try:
        compile_lua(source, "shell", unit=True)
    except MoonhopError:
        return False
    return True
