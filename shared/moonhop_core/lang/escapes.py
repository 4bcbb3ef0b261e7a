"""Escape sequences in quoted strings (manual 3.1)."""

from moonhop_core.lang.characters import HEX_VALUES, text_of, utf8_bytes
from moonhop_core.lang.errors import LuaSyntaxError
from moonhop_core.lang.tokens import EOF

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from moonhop_core.lang.lexer import Lexer

ESCAPES = {ord(c): ord(means) for c, means in zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'")}
SPACE = b" \t\v\f\n\r"
LF = 10
CR = 13
BACKSLASH = 92


def escaped(lexer: "Lexer", quote: int, pos: int) -> str:
    """The text of a quoted string with escapes (or with something wrong in it)."""
    data = lexer.data
    out = bytearray()
    while True:
        plain = pos
        c = data[pos]
        while c != quote and c != BACKSLASH and c != LF and c != CR:
            pos += 1
            if pos > lexer.size:
                raise lexer.error("unfinished string", EOF)
            c = data[pos]
        out.extend(data[plain:pos])
        if c == quote:
            lexer.pos = pos + 1
            return text_of(out)
        if c != BACKSLASH:
            raise lexer.error("unfinished string", chr(quote) + text_of(out))
        c = data[pos + 1]
        if c in ESCAPES:
            out.append(ESCAPES[c])
            pos += 2
        elif c in b"\r\n":
            out.append(LF)
            pos = lexer.after_newline(pos + 1)
        elif c == 120:  # x
            high = hex_digit(lexer, out, pos, pos + 2)
            out.append(high << 4 | hex_digit(lexer, out, pos, pos + 3))
            pos += 4
        elif c == 122:  # z: skips the white space that follows
            pos += 2
            while data[pos] in SPACE:
                pos = lexer.after_newline(pos) if data[pos] in b"\r\n" else pos + 1
        elif c == 117:  # u
            pos = code_point(lexer, out, pos)
        elif 48 <= c <= 57:
            pos = decimal(lexer, out, pos)
        elif pos + 1 == lexer.size:
            raise lexer.error("unfinished string", EOF)
        else:
            raise bad_escape(lexer, "invalid escape sequence", out, pos, pos + 1)


def hex_digit(lexer: "Lexer", out: bytearray, escape: int, pos: int) -> int:
    """The value of the hexadecimal digit at `pos`."""
    value = HEX_VALUES.get(lexer.data[pos])
    if value is None:
        raise bad_escape(lexer, "hexadecimal digit expected", out, escape, pos)
    return value


def decimal(lexer: "Lexer", out: bytearray, escape: int) -> int:
    """Read the escape \\ddd: at most three digits; return where it ends."""
    data = lexer.data
    pos = escape + 1
    value = 0
    while pos < escape + 4 and 48 <= data[pos] <= 57:
        value = value * 10 + data[pos] - 48
        pos += 1
    if value > 255:
        raise bad_escape(lexer, "decimal escape too large", out, escape, pos)
    out.append(value)
    return pos


def code_point(lexer: "Lexer", out: bytearray, escape: int) -> int:
    """Read the escape \\u{X…}, below 2^31, into UTF-8; return where it ends."""
    data = lexer.data
    pos = escape + 2
    if data[pos] != 123:  # {
        raise bad_escape(lexer, "missing '{'", out, escape, pos)
    code = hex_digit(lexer, out, escape, pos + 1)
    pos += 2
    while data[pos] in HEX_VALUES:
        if code >= 0x8000000:
            raise bad_escape(lexer, "UTF-8 value too large", out, escape, pos)
        code = code << 4 | HEX_VALUES[data[pos]]
        pos += 1
    if data[pos] != 125:  # }
        raise bad_escape(lexer, "missing '}'", out, escape, pos)
    out.extend(utf8_bytes(code))
    return pos + 1


def bad_escape(
    lexer: "Lexer", message: str, out: bytearray, escape: int, pos: int
) -> LuaSyntaxError:
    """The error of an escape that goes wrong at `pos`; what was read till then is shown."""
    data = lexer.data
    near = data[lexer.start : lexer.start + 1] + out + data[escape : min(pos + 1, lexer.size)]
    return lexer.error(message, text_of(near), pos)
