"""Text to Lua numbers, exactly as PUC Lua's `lua_stringtonumber` reads them (manual 3.1, 3.4.3).

Nothing here asks the platform to read a float except on CPython: MicroPython's `float()` accepts
other things and, now and then, is one unit in the last place off.
"""

import math
import sys
from builtins import divmod, float, int, len, min, range

# Bits of a float's mantissa; 2 ** _LEAST is the smallest float, floats end below 2 ** _MOST, and
# 10 ** _EXACT is the last power of ten that one holds. Boards have single precision.
_SINGLE = 16777216.0 + 1.0 == 16777216.0
_BITS, _LEAST, _MOST, _EXACT = (24, -149, 128, 10) if _SINGLE else (53, -1074, 1024, 22)
_DIGITS = 800  # significant digits that can matter for rounding; more are folded into one
_READS_FLOATS = sys.implementation.name == "cpython"  # its float() rounds correctly

_SPACE = " \t\n\v\f\r"
_DECIMAL = "0123456789"
_HEX = "0123456789abcdefABCDEF"


def parse_number(text: str) -> "int | float | None":
    """The number that `text` spells, white space around it allowed; None if it spells none.

    Decimal integers beyond 64 bits become floats, hexadecimal ones wrap around; `inf` and `nan`
    are not numbers. Serves the lexer's numerals, `tonumber` and arithmetic on strings.
    """
    text = text.strip(_SPACE)
    digits = text
    negative = False
    if text[:1] in ("-", "+"):
        negative = text[0] == "-"
        digits = text[1:]
    if digits[:2] in ("0x", "0X"):
        return _hexadecimal(digits, negative)
    end = _skip(digits, 0, _DECIMAL)
    if end == len(digits) and end:
        if end < 19:
            whole = int(digits)
            return -whole if negative else whole
        stripped = digits.lstrip("0") or "0"
        if len(stripped) < 20:
            whole = -int(stripped) if negative else int(stripped)
            if -0x8000000000000000 <= whole <= 0x7FFFFFFFFFFFFFFF:
                return whole
    return _decimal(text, digits, end, negative)


def _skip(text: str, start: int, allowed: str) -> int:
    """The first place from `start` on whose character is not one of `allowed`."""
    for character in text[start:]:  # indexing a str takes MicroPython time linear in the index
        if character not in allowed:
            break
        start += 1
    return start


def _exponent(text: str, start: int, marks: str) -> "int | None":
    """The exponent that all of `text` from `start` on must be; 0 if nothing is there."""
    if start == len(text):
        return 0
    start += 1
    sign = text[start : start + 1]
    digits = start + 1 if sign in ("-", "+") else start
    end = _skip(text, digits, _DECIMAL)
    if text[start - 1] not in marks or end == digits or end < len(text):
        return None
    # A longer one means the same as 10^17: infinity or zero, whatever mantissa fits in memory.
    size = min(int((text[digits:].lstrip("0") or "0")[:18]), 10**17)
    return -size if sign == "-" else size


def _decimal(text: str, digits: str, end: int, negative: bool) -> "float | None":
    """A decimal float; `digits` is `text` without its sign, its first `end` are digits."""
    whole = digits[:end]
    fraction = ""
    if digits[end : end + 1] == ".":
        start = end + 1
        end = _skip(digits, start, _DECIMAL)
        fraction = digits[start:end]
    if not whole and not fraction:
        return None
    exponent = _exponent(digits, end, "eE")
    if exponent is None:
        return None
    if _READS_FLOATS:
        return float(text)
    value = decimal_float(whole + fraction, exponent - len(fraction))
    return -value if negative else value


def decimal_float(digits: str, exponent: int) -> float:
    """`digits` times 10 ** `exponent`, correctly rounded on every platform."""
    digits = digits.lstrip("0")
    if len(digits) > _DIGITS:
        exponent += len(digits) - _DIGITS - 1
        digits = digits[:_DIGITS] + "1"  # stands for the rest: it is not zero, and breaks ties
    size = len(digits) + exponent
    if not digits or size < -400:
        return 0.0
    if size > 400:
        return math.inf
    mantissa = int(digits)
    if mantissa < 1 << _BITS and -_EXACT <= exponent <= _EXACT:  # one rounding, so it is right
        return mantissa / _power(-exponent) if exponent < 0 else mantissa * _power(exponent)
    if exponent < 0:
        return _round(mantissa, 10**-exponent)
    return _round(mantissa * 10**exponent, 1)


def _power(exponent: int) -> float:
    """10.0 ** exponent by multiplication, which is exact up to _EXACT; pow() need not be."""
    value = 1.0
    for _ in range(exponent):
        value *= 10.0
    return value


def _hexadecimal(digits: str, negative: bool) -> "int | float | None":
    """A number that starts with 0x: an integer, or a float if it has a point or an exponent."""
    end = _skip(digits, 2, _HEX)
    whole = digits[2:end]
    if end == len(digits):
        if not whole:
            return None
        value = int(whole[-16:], 16)
        if negative:
            value = -value & 0xFFFFFFFFFFFFFFFF
        return value - (1 << 64) if value >> 63 else value
    fraction = ""
    if digits[end] == ".":
        start = end + 1
        end = _skip(digits, start, _HEX)
        fraction = digits[start:end]
    if not whole and not fraction:
        return None
    exponent = _exponent(digits, end, "pP")
    if exponent is None:
        return None
    result = _hex_float(whole + fraction, exponent - 4 * len(fraction))
    return -result if negative else result


def _hex_float(digits: str, exponent: int) -> float:
    """Hexadecimal `digits` times 2 ** `exponent`, correctly rounded."""
    digits = digits.lstrip("0")
    if len(digits) > 32:
        exponent += 4 * (len(digits) - 32)
        digits = digits[:31] + ("1" if digits[31:].strip("0") else "0")  # below any rounding
    size = 4 * len(digits) + exponent
    if not digits or size < _LEAST - 8:
        return 0.0
    if size > _MOST + 8:
        return math.inf
    mantissa = int(digits, 16)
    if exponent < 0:
        return _round(mantissa, 1 << -exponent)
    return _round(mantissa << exponent, 1)


def _bits(number: int) -> int:
    """How many bits a positive integer has; MicroPython's integers have no bit_length."""
    return len(bin(number)) - 2


def _round(above: int, below: int) -> float:
    """above / below, both positive, as the nearest float, ties to even."""
    shift = _bits(above) - _bits(below) - _BITS - 1
    if shift < _LEAST:
        shift = _LEAST
    while True:
        if shift < 0:
            divisor = below
            quotient, rest = divmod(above << -shift, below)
        else:
            divisor = below << shift
            quotient, rest = divmod(above, divisor)
        if quotient >> _BITS == 0:
            break
        shift += 1  # too many bits for the mantissa: a coarser step
    twice = rest * 2
    if twice > divisor or (twice == divisor and quotient & 1):
        quotient += 1
    if quotient and shift + _bits(quotient) > _MOST:
        return math.inf
    return math.ldexp(float(quotient), shift)
