"""JSON text to Lua values, strictly after RFC 8259, with the place of a mistake.

Not by Python's own json: MicroPython's takes much that is no JSON, and both confuse the bytes of a
string with the characters that `\\u` escapes stand for.
"""

from builtins import bytearray, bytes, len

from moonhop_core.lang.numbers import parse_number
from moonhop_core.lua.json_library import MAX_NESTING
from moonhop_core.lua.latin1 import from_bytes, to_bytes
from moonhop_core.lua.utf8_library import encode as utf8
from moonhop_core.lua.values import FALSE, TRUE, Table

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any

BLANKS = b" \t\n\r"
NUMBER = b"+-.0123456789Ee"
SIMPLE = {34: 34, 47: 47, 92: 92, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9}
WORDS: "tuple[tuple[bytes, Any], ...]" = ((b"null", None), (b"true", TRUE), (b"false", FALSE))


class JsonError(Exception):
    """The text is no JSON; the message names the byte, counted from 1."""


def read_json(text: str) -> "Any":
    """Return the value of a JSON text. Raises JsonError."""
    reader = Reader(to_bytes(text))
    opened: "list[tuple[dict[Any, Any], bool]]" = []  # containers, and whether they are lists
    keys: "list[Any]" = []  # where in each of them the next value goes
    while True:
        code = reader.blanks()
        if code == 123 or code == 91:
            if len(opened) == MAX_NESTING:
                raise reader.fault("nested deeper than %d" % MAX_NESTING)
            reader.at += 1
            if reader.blanks() != code + 2:
                opened.append(({}, code == 91))
                keys.append(1 if code == 91 else reader.key())
                continue
            reader.at += 1
            value: "Any" = Table({})
        else:
            value = reader.scalar(code)
        while opened:
            h, is_list = opened[-1]
            if value is not None:
                h[keys[-1]] = value
            elif not is_list and keys[-1] in h:
                del h[keys[-1]]
            code = reader.blanks()
            if code == 44:
                reader.at += 1
                keys[-1] = keys[-1] + 1 if is_list else reader.key()
                break
            if code != (93 if is_list else 125):
                raise reader.fault("',' or '%s' expected" % ("]" if is_list else "}"))
            reader.at += 1
            value = Table(h)
            opened.pop()
            keys.pop()
        else:
            if reader.blanks() >= 0:
                raise reader.fault("the end of the text expected")
            return value


class Reader:
    """Reads the bytes `b` from `at` on."""

    def __init__(self, b: bytes):
        self.b = b
        self.at = 0

    def fault(self, what: str) -> JsonError:
        """Return the error to raise at this place."""
        return JsonError("%s at byte %d" % (what, self.at + 1))

    def blanks(self) -> int:
        """Skip blanks; return the byte that follows, -1 at the end."""
        b = self.b
        size = len(b)
        at = self.at
        while at < size and b[at] in BLANKS:
            at += 1
        self.at = at
        return b[at] if at < size else -1

    def scalar(self, code: int) -> "Any":
        """Read a value that is no list or object; its first byte is `code`."""
        if code == 34:
            return self.string()
        if code == 45 or 48 <= code <= 57:
            return self.number()
        for word, value in WORDS:
            if self.b.startswith(word, self.at):
                self.at += len(word)
                return value
        raise self.fault("value expected")

    def key(self) -> str:
        """Read the name of an object's field, and the colon."""
        if self.blanks() != 34:
            raise self.fault("a name between quotes expected")
        name = self.string()
        if self.blanks() != 58:
            raise self.fault("':' expected")
        self.at += 1
        return name

    def number(self) -> "int | float":
        """Read a number."""
        b = self.b
        start = at = self.at
        size = len(b)
        while at < size and b[at] in NUMBER:
            at += 1
        text = from_bytes(b[start:at])
        digits = text.lstrip("-")
        number = parse_number(text)
        if (
            number is None
            or len(text) - len(digits) > 1
            or not "0" <= digits[0] <= "9"
            or ("0" <= digits[1:2] <= "9" and digits[0] == "0")
            or not well_formed(digits)
        ):
            raise self.fault("malformed number")
        self.at = at
        return number

    def string(self) -> str:
        """Read a string."""
        b = self.b
        start = self.at + 1
        end = b.find(b'"', start)
        if end < 0:
            raise self.fault("unfinished string")
        chunk = b[start:end]
        if b"\\" in chunk:
            return self.escaped(start)
        for code in chunk:
            if code < 32:
                raise self.fault("control character in the string")
        self.at = end + 1
        return from_bytes(chunk)

    def escaped(self, at: int) -> str:
        """Read a string that has escapes, from behind its first quote."""
        b = self.b
        size = len(b)
        out = bytearray()
        while True:
            code = b[at] if at < size else -1
            at += 1
            if code == 34:
                self.at = at
                return from_bytes(out)
            if code < 32:
                raise self.fault("control character in the string" if code >= 0 else UNFINISHED)
            if code != 92:
                out.append(code)
                continue
            code = b[at] if at < size else -1
            if code == 117:
                unit = self.unit(at + 1)
                at += 5
                if 0xD800 <= unit < 0xDC00 and b.startswith(b"\\u", at):
                    low = self.unit(at + 2)
                    if 0xDC00 <= low < 0xE000:
                        unit = 0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00
                        at += 6
                out.extend(utf8(unit))
            elif code in SIMPLE:
                out.append(SIMPLE[code])
                at += 1
            else:
                self.at = at
                raise self.fault("invalid escape")

    def unit(self, at: int) -> int:
        """Return the number of four hexadecimal digits."""
        digits = self.b[at : at + 4]
        value = 0
        for code in digits:
            digit = b"0123456789abcdef".find(bytes([code | 32 if code > 57 else code]))
            if digit < 0:
                break
            value = value * 16 + digit
        else:
            if len(digits) == 4:
                return value
        self.at = at
        raise self.fault("four hexadecimal digits expected")


UNFINISHED = "unfinished string"


def well_formed(digits: str) -> bool:
    """Tell whether a Lua numeral without sign is JSON's, too: digits on both sides of a point."""
    point = digits.find(".")
    return point < 0 or "0" <= digits[point + 1 : point + 2] <= "9"
