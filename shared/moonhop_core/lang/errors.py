"""What is wrong with a Lua source: one line worded as PUC Lua 5.4 words it, and where it stands."""

from moonhop_core.errors import MoonhopError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SHOWN = 100  # characters of a source line that pretty() shows at most


class LuaSyntaxError(MoonhopError):
    """A source text that is not Lua 5.4.

    source_name   the name the text was given, such as "readings.lua"
    line, column  the place at fault, both counted from 1 (columns count bytes)
    message       what is wrong, without any place
    source_line   the text of that line, a str of code points 0..255 like all Lua text
    report_line   the line that PUC Lua names: where its lexer stood, which for things found out
                  late (a goto without a label) lies after `line`; str() starts with it
    """

    def __init__(
        self,
        source_name: str,
        line: int,
        column: int,
        message: str,
        source_line: str,
        report_line: int = 0,
    ):
        self.source_name = source_name
        self.line = line
        self.column = column
        self.message = message
        self.source_line = source_line
        self.report_line = report_line or line
        super().__init__(source_name + ":" + str(self.report_line) + ": " + message)

    def pretty(self) -> str:
        """Three lines for people: file, line, column and message; the source line; a caret."""
        before = _shown(self.source_line[: self.column - 1])
        after = _shown(self.source_line[self.column - 1 :])
        if len(before) + len(after) > _SHOWN:  # a minified source: show what is around the place
            if len(before) > _SHOWN // 2:
                before = "..." + before[-(_SHOWN // 2) :]
            after = after[: _SHOWN - len(before)]
        place = "%s:%d:%d: " % (self.source_name, self.line, self.column)
        gap = "".join([c if c == "\t" else " " for c in before])
        return place + _shown(self.message) + "\n    " + before + after + "\n    " + gap + "^"


def not_too_deep(name: str, work: "Callable[..., Any]", *args: "Any") -> "Any":
    """Return `work(*args)`; MoonhopError if the program `name` is nested too deep for it."""
    try:
        return work(*args)
    except RuntimeError as error:  # RecursionError, which MicroPython calls RuntimeError
        if "recursion" not in str(error):
            raise error
        text = "%s: an expression or statement is nested too deep: take it apart" % name
    raise MoonhopError(text)


def _shown(text: str) -> str:
    """Lua text as people write it: UTF-8 decoded where it is valid, control characters dotted."""
    try:
        text = bytes([ord(c) for c in text]).decode()
    except ValueError:  # not UTF-8, or cut in the middle of a character: shown as it stands
        pass
    return "".join([c if c >= " " or c == "\t" else "." for c in text])
