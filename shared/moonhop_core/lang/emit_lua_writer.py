"""Lua text under construction, and what came out with all that its loader has to know."""

from struct import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.lowered import Lowered


class LuaText:
    """A program as Lua text for one dialect.

    name     the source's name, as it stands in messages
    dialect  "lua54" or "luajit"
    text     the chunk; it takes the runtime's helpers as arguments and fills a table with the
             factories of prototypes, number 0 the main chunk
    lines    lines[i] is the Lua line that emitted line i + 1 came from, 0 if it has none
    starts   prototype number -> emitted line of its `function` keyword
    stops    prototype number -> emitted line of its `end`
    spans    prototype number -> (first, behind last) character of its text, from its parameters on
    info     Lua text of a table with all that the runtime has to know (see emit_lua.describe)
    """

    def __init__(self, lowered: "Lowered", dialect: str):
        self.name = lowered.name
        self.dialect = dialect
        self.text = ""
        self.lines: "list[int]" = []
        self.starts: "dict[int, int]" = {}
        self.stops: "dict[int, int]" = {}
        self.spans: "dict[int, tuple[int, int]]" = {}
        self.info = ""

    def proto_at(self, line: int) -> "int | None":
        """Return the number of the prototype whose function begins on an emitted line."""
        for number, start in self.starts.items():
            if start == line:
                return number
        return None


class LuaWriter:
    """Puts text together and knows which Lua line each emitted line comes from."""

    def __init__(self) -> None:
        self.parts: "list[str]" = []
        self.size = 0
        self.lines: "list[int]" = [0]

    def put(self, text: str) -> None:
        """Append text without line ends."""
        self.parts.append(text)
        self.size += len(text)

    def newline(self) -> None:
        """Begin an emitted line."""
        self.parts.append("\n")
        self.size += 1
        self.lines.append(0)

    def at(self, line: int) -> None:
        """What follows comes from this Lua line: begin an emitted line if the current one comes
        from another. Stands only where a line end changes nothing."""
        if not line:
            return
        current = self.lines[-1]
        if current and current != line:
            self.newline()
            current = 0
        if not current:
            self.lines[-1] = line

    def fresh(self, line: int) -> None:
        """Begin an emitted line that comes from this Lua line."""
        self.newline()
        self.lines[-1] = line

    @property
    def line(self) -> int:
        """The number of the current emitted line, from 1."""
        return len(self.lines)

    def text(self) -> str:
        """Return all of it."""
        return "".join(self.parts)


RESERVED = (
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
)  # fmt: skip


def is_name(text: str) -> bool:
    """Tell whether text can be written as a Lua identifier."""
    if not text or text in RESERVED or text[0] in "0123456789":
        return False
    for char in text:
        if not ("a" <= char <= "z" or "A" <= char <= "Z" or "0" <= char <= "9" or char == "_"):
            return False
    return True


def quoted(text: str) -> str:
    """Return a string (code points 0..255) as a Lua literal in plain ASCII."""
    out = ['"']
    for char in text:
        code = ord(char)
        if char in '"\\':
            out.append("\\" + char)
        elif 32 <= code < 127:
            out.append(char)
        else:
            out.append("\\%03d" % code)
    out.append('"')
    return "".join(out)


def literal(value: "bool | int | float | str | None") -> str:
    """Return a constant as Lua text that both dialects read; numbers below 0 in parentheses."""
    if value is None:
        return "nil"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        if value == -0x8000000000000000:
            return "(-9223372036854775807-1)"
        return str(value) if value >= 0 else "(%d)" % value
    if value != value:
        return "(0/0)"
    if value in (float("inf"), float("-inf")):
        return "1e999" if value > 0 else "(-1e999)"
    text = float_literal(abs(value))
    negative = value < 0 or (value == 0 and pack(">d", value)[0] >= 0x80)
    return "(-%s)" % text if negative else text


def float_literal(value: float) -> str:
    """Return a finite float, not below 0, exactly: the same text on every Python. (MicroPython's
    decimals do not round-trip.)"""
    if value < 1e15 and value == int(value):
        return "%d.0" % int(value)
    high, low = unpack(">II", pack(">d", value))
    exponent = high >> 20
    mantissa = ((high & 0xFFFFF) << 32) | low
    if exponent == 0:
        return "0x0.%013xp-1022" % mantissa
    return "0x1.%013xp%d" % (mantissa, exponent - 1023)
