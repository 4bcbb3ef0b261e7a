"""Strings and floats as Python literals: the same text, and the same value, on both Pythons.

`repr` will not do: MicroPython escapes other characters, and neither writes nor reads decimals
with correct rounding. What it does read right are short ones, an integer times a power of ten that
floats hold exactly; for any other float the text is a call of `ldexp`.
"""

import math

# Integers below _WHOLE and powers of ten up to _POWERS are exact; boards have single floats.
_SINGLE = 16777216.0 + 1.0 == 16777216.0
_BITS, _POWERS = (24, 10) if _SINGLE else (53, 22)
_WHOLE = 1 << _BITS
_ESCAPES = (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def quoted(text: str) -> str:
    """Return a string as a literal in plain ASCII. Long ones are not taken apart: a board has no
    room for a list of their characters."""
    for char, escaped in _ESCAPES:
        text = text.replace(char, escaped)
    for char in text:
        if not " " <= char <= "~":
            return "'%s'" % "".join([_escaped(char) for char in text])
    return "'%s'" % text


def _escaped(char: str) -> str:
    if " " <= char <= "~":
        return char
    code = ord(char)
    return "\\x%02x" % code if code < 256 else "\\U%08x" % code


def float_literal(value: float) -> str:
    """Return a finite float as a literal, or as a call of `ldexp`."""
    if value < 0 or (value == 0 and math.copysign(1.0, value) < 0):
        return "-" + float_literal(-value)
    if value < _WHOLE and value == int(value):
        return "%d.0" % int(value)
    power = 1.0
    for places in range(1, _POWERS + 1):
        power *= 10.0
        digits = value * power
        if digits >= _WHOLE:
            break
        whole = int(digits + 0.5)
        if whole and whole / power == value:
            return _decimal(str(whole), places)
    fraction, exponent = math.frexp(value)
    whole = int(math.ldexp(fraction, _BITS))
    exponent -= _BITS
    while not whole & 1:
        whole >>= 1
        exponent += 1
    return "ldexp(%d, %d)" % (whole, exponent)


def _decimal(digits: str, places: int) -> str:
    if places - len(digits) > 5:
        return "%se-%d" % (digits, places)
    if len(digits) <= places:
        digits = "0" * (places + 1 - len(digits)) + digits
    return digits[:-places] + "." + digits[-places:]
