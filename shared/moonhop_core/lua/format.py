"""string.format (manual 6.4). A format is read once and kept as a list of pieces."""

import math
from builtins import abs, chr, float, int, len, list, map, ord, str, tuple, type

from moonhop_core.lua.arguments import integer_argument, number_argument, text_argument
from moonhop_core.lua.decimals import (
    NATIVE,
    decimal_exponent,
    exponential,
    fixed,
    general,
    hexadecimal,
    is_plain,
    scientific,
    special,
)
from moonhop_core.lua.errors import MISSING, argument_error, lua_error, type_error
from moonhop_core.lua.fresh import retype
from moonhop_core.lua.latin1 import INDEXED
from moonhop_core.lua.text import bounded_join, check_length, to_text
from moonhop_core.lua.values import Boolean, address, basic_text

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

MAX_CACHED = 64
MAX_REMEMBERED = 1000  # characters of a format that is remembered
LONGEST = 20  # modifiers
MODIFIERS = "-+ #0.123456789"
ALLOWED = {  # flags of each conversion; those with a precision
    "c": "-",
    "d": "-+0 ",
    "i": "-+0 ",
    "u": "-0",
    "o": "-#0",
    "x": "-#0",
    "X": "-#0",
    "s": "-",
    "p": "-",
}
FLOAT_FLAGS = "-+ #0"


class Spec:
    """One conversion of a format.

    kind       the conversion's letter; "" if it is faulty and has to be refused at once
    plain      it has no modifiers
    want       the type of value that needs no conversion
    template   Python's own format for values of that type, or None: they stay as they are
    fault      the message to raise when it is reached, or None
    """

    def __init__(self, modifiers: str, letter: str):
        self.kind = letter
        self.plain = not modifiers
        self.want: "Any" = str if letter == "s" and not modifiers else None
        self.template: "str | None" = None
        self.flags = ""
        self.width = 0
        self.precision = -1
        self.fault = self.examine(modifiers, letter)
        if self.fault is None:
            self.find_template(modifiers)
        elif letter not in "diuoxXfeEgG" or len(modifiers) > LONGEST:
            self.kind = ""

    def examine(self, modifiers: str, letter: str) -> "str | None":
        """Read the modifiers; return what is wrong with the conversion."""
        if len(modifiers) > LONGEST:
            return "invalid format (too long)"
        if letter == "q":
            return "specifier '%q' cannot have modifiers" if modifiers else None
        if letter and letter in "cdiuoxXsp":
            return self.read(modifiers, ALLOWED[letter], letter not in "cp")
        if letter and letter in "aAfeEgG":
            return self.read(modifiers, FLOAT_FLAGS, True)
        return "invalid conversion '%" + modifiers + letter + "' to 'format'"

    def read(self, modifiers: str, flags: str, has_precision: bool) -> "str | None":
        """Read flags, width and precision (each of at most two digits); return what is wrong."""
        rest = modifiers.lstrip(flags)
        self.flags = modifiers[: len(modifiers) - len(rest)]
        width = rest[: digits_at(rest)]
        if width[:1] != "0":
            rest = rest[len(width) :]
            self.width = int(width or "0")
            if rest[:1] == "." and has_precision:
                digits = rest[1 : 1 + digits_at(rest[1:])]
                self.precision = int(digits or "0")
                rest = rest[1 + len(digits) :]
        if rest:
            return "invalid conversion specification: '%" + modifiers + self.kind + "'"
        return None

    def is_simple(self) -> bool:
        """Tell whether MicroPython, too, takes the modifiers right."""
        return self.precision < 15 and self.flags in ("", "0", "-", "+", " ")

    def find_template(self, modifiers: str) -> None:
        """Set the template."""
        kind = self.kind
        if kind == "d" or kind == "i":
            if self.precision < 0 and (NATIVE or modifiers.strip("123456789") in ("", "0")):
                self.template = "%" + modifiers + "d"
                self.want = int
        elif kind in "feEgG" and (NATIVE or self.is_simple()):
            self.template = "%" + modifiers + kind
            if NATIVE:
                self.want = float


def digits_at(text: str) -> int:
    """Count the digits a text starts with, up to two."""
    count = 0
    while count < 2 and text[count : count + 1] in DIGITS:
        count += 1
    return count


DIGITS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
formats: "dict[str, list[str | Spec]]" = {}


def read_format(text: str) -> "list[str | Spec]":
    """Split a format into literal text and conversions, and remember it."""
    if len(formats) >= MAX_CACHED:
        formats.clear()
    pieces: "list[str | Spec]" = []
    parts = text.split("%")
    if parts[0]:
        pieces.append(parts[0])
    at = 1
    while at < len(parts):
        part = parts[at]
        at += 1
        if not part and at < len(parts):  # "%%", and what stands between it and the next "%"
            pieces.append("%" + parts[at])
            at += 1
            continue
        rest = part.lstrip(MODIFIERS)
        modifiers = part[: len(part) - len(rest)]
        if not rest and at < len(parts):
            pieces.append(Spec(modifiers, "%"))
            continue
        pieces.append(Spec(modifiers, rest[:1]))
        if rest[1:]:
            pieces.append(rest[1:])
    if len(text) <= MAX_REMEMBERED:
        formats[text] = pieces
    return pieces


# Format -> Python's own format for all of it, the types of values that it is right for, and whether
# their length has to be looked at.
wholes: "dict[str, tuple[Any, list[Any], bool] | None]" = {}


def whole_format(text: str) -> "tuple[Any, list[Any], bool] | None":
    """Return what is kept in `wholes` for a format of `%d` and plain `%s` alone; None: another."""
    if len(wholes) >= MAX_CACHED:
        wholes.clear()
    template = ""
    wanted: "list[Any]" = []
    found: "tuple[Any, list[Any], bool] | None" = None
    for piece in formats.get(text) or read_format(text):
        if type(piece) is str:
            template += piece.replace("%", "%%")
            continue
        spec: "Any" = piece
        if spec.want is not int and spec.want is not str:
            break
        template += spec.template or "%s"
        wanted.append(spec.want)
    else:
        made: "Any" = template if retype is None else template.encode()
        found = (made, wanted, INDEXED and str in wanted)
    if len(text) <= MAX_REMEMBERED:
        wholes[text] = found
    return found


def finished(made: "Any") -> str:
    """Return what a format of `wholes` gave as a string."""
    return made if retype is None else retype(made)  # type: ignore[no-any-return]


def format_values(text: str, args: "Sequence[Any]", to_text: "Callable[[Any], str]") -> str:
    """Return `text` with its conversions replaced by args[1], args[2] …

    `to_text` is tostring, for `%s`.
    """
    whole = wholes[text] if text in wholes else whole_format(text)
    if whole is not None:
        values = args[1:]
        if list(map(type, values)) == whole[1]:
            if whole[2]:
                size = len(text)
                for value in values:
                    if type(value) is str:
                        size += len(value)
                check_length(size)
            return finished(whole[0] % tuple(values))
    pieces = formats.get(text)
    if pieces is None:
        pieces = read_format(text)
    out = []
    at = 1
    count = len(args)
    for piece in pieces:
        if type(piece) is str:
            out.append(piece)
            continue
        spec: "Any" = piece
        if at >= count:
            raise argument_error(at + 1, "format", "no value")
        value = args[at]
        at += 1
        want = spec.want
        if type(value) is want and (want is not float or value - value == 0):
            out.append(value if want is str else spec.template % value)
        else:
            out.append(convert(spec, value, at, to_text))
    return bounded_join(out)


def convert(spec: Spec, value: "Any", n: int, to_text: "Callable[[Any], str]") -> str:
    """Return a value as a conversion says; it is argument n."""
    kind = spec.kind
    if not kind:
        raise lua_error(spec.fault or "")
    if kind == "s":
        return text_field(spec, to_text(value), n)
    if kind == "q":
        return quoted(value, n)
    if kind == "c":
        return pad(spec, "", chr(integer_argument(value, n, "format") & 255))
    if kind == "p":
        if value is None or type(value) in (Boolean, int, float):
            return pad(spec, "", "(null)")
        return pad(spec, "", address(value))
    if kind in "diuoxX":
        whole = integer_argument(value, n, "format")
        if spec.fault is not None:
            raise lua_error(spec.fault)
        return integer_field(spec, whole)
    number = float(number_argument(value, n, "format"))
    if spec.fault is not None:
        raise lua_error(spec.fault)
    if spec.template is not None and number - number == 0 and (NATIVE or fits(spec, number)):
        return spec.template % number
    return float_field(spec, number)


def fits(spec: Spec, value: float) -> bool:
    """Tell whether MicroPython's own format does."""
    power = spec.precision if spec.precision >= 0 else 6
    kind = spec.kind
    if kind != "f":
        power -= decimal_exponent(value)
        if kind == "g" or kind == "G":
            power -= 1
    return is_plain(value, power)


def pad(spec: Spec, sign: str, body: str, zeros: bool = False) -> str:
    """Fill up to the width: blanks on the left, on the right (`-`), or zeros after the sign."""
    gap = spec.width - len(sign) - len(body)
    if gap <= 0:
        return sign + body
    if "-" in spec.flags:
        return sign + body + " " * gap
    if zeros and "0" in spec.flags:
        return sign + "0" * gap + body
    return " " * gap + sign + body


def sign_of(spec: Spec, negative: bool) -> str:
    """Return the sign that a number gets."""
    if negative:
        return "-"
    if "+" in spec.flags:
        return "+"
    return " " if " " in spec.flags else ""


def text_field(spec: Spec, text: str, n: int) -> str:
    """`%s`"""
    if spec.plain:
        return text
    if "\0" in text:
        raise argument_error(n, "format", "string contains zeros")
    if spec.precision >= 0:
        text = text[: spec.precision]
    return pad(spec, "", text)


def integer_field(spec: Spec, value: int) -> str:
    """`%d %i %u %o %x %X`"""
    kind = spec.kind
    sign = ""
    if kind in "di":
        sign = sign_of(spec, value < 0)
        body = str(abs(value))
    else:
        value &= 0xFFFFFFFFFFFFFFFF
        body = str(value) if kind == "u" else ("%o" if kind == "o" else "%x") % value
    if not value and not spec.precision:
        body = ""
    if len(body) < spec.precision:
        body = "0" * (spec.precision - len(body)) + body
    if "#" in spec.flags:
        if kind == "o":
            if body[:1] != "0":
                body = "0" + body
        elif value:
            sign = "0x"
    text = pad(spec, sign, body, spec.precision < 0)
    return text.upper() if kind == "X" else text


def float_field(spec: Spec, value: float) -> str:
    """`%a %e %f %g` and their capitals"""
    kind = spec.kind.lower()
    precision = spec.precision
    sharp = "#" in spec.flags
    negative = math.copysign(1.0, value) < 0
    sign = sign_of(spec, negative)
    if value - value != 0:
        text = pad(spec, sign, special(value).lstrip("-"))
        return text.upper() if spec.kind != kind else text
    if negative:
        value = -value
    if kind == "a":
        body = hexadecimal(value, precision, sharp)[2:]
        text = pad(spec, sign + "0x", body, True)
    else:
        if precision < 0:
            precision = 6
        if kind == "f":
            body = fixed(value, precision, sharp)
        elif kind == "g":
            body = general(value, precision, sharp)
        else:
            digits, exponent = scientific(value, precision + 1)
            body = exponential(digits, exponent, sharp)
        text = pad(spec, sign, body, True)
    return text.upper() if spec.kind != kind else text


def quoted(value: "Any", n: int) -> str:
    """`%q`: text that Lua reads back as the same value."""
    kind = type(value)
    if kind is str:
        return quoted_text(value)
    if kind is int:
        return "0x8000000000000000" if value == -0x8000000000000000 else str(value)
    if kind is float:
        if value != value:
            return "(0/0)"
        if value - value != 0:
            return "1e9999" if value > 0 else "-1e9999"
        sign = "-" if math.copysign(1.0, value) < 0 else ""
        return sign + hexadecimal(abs(value), -1)
    if value is None or kind is Boolean:
        return basic_text(value)
    raise argument_error(n, "format", "value has no literal form")


def quoted_text(text: str) -> str:
    """Return a string between quotes, with escapes."""
    out = ['"']
    pending = None  # a control character, whose escape depends on whether a digit follows
    for char in text:
        if pending is not None:
            out.append(("\\%03d" if "0" <= char <= "9" else "\\%d") % ord(pending))
            pending = None
        if char in '"\\\n':
            out.append("\\" + char)
        elif char < " " or char == "\x7f":
            pending = char
        else:
            out.append(char)
    if pending is not None:
        out.append("\\%d" % ord(pending))
    out.append('"')
    return "".join(out)


def format_text(*args: "Any") -> str:
    """string.format(formatstring, ···)"""
    if not args:
        raise type_error(1, "format", "string", MISSING)
    text = args[0]
    if type(text) is not str:
        text = text_argument(text, 1, "format")
    return format_values(text, args, to_text)


def format_one(text: "Any", a: "Any") -> str:
    """string.format(formatstring, a), on MicroPython."""
    whole = wholes.get(text)
    if whole is not None and whole[1] == [type(a)]:
        return finished(whole[0] % (a,))
    return format_text(text, a)


def format_two(text: "Any", a: "Any", b: "Any") -> str:
    """string.format(formatstring, a, b), on MicroPython."""
    whole = wholes.get(text)
    if whole is not None and whole[1] == [type(a), type(b)]:
        return finished(whole[0] % (a, b))
    return format_text(text, a, b)


# Registered name -> callable, number of parameters (-1: any number).
FUNCTIONS: "dict[str, tuple[Any, ...]]" = {
    "string.format": (format_text, -1),
}
if not INDEXED:
    FUNCTIONS["string.format"] += ("c2", format_one, "c3", format_two)
