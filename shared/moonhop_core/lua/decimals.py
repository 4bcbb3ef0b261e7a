"""Floats as decimal and hexadecimal text, as C's printf writes them, rounded correctly.

CPython's `%` does it. MicroPython's differs by version, rounds ties up and ends after some 16
digits, so there it is asked only where it is surely right, and elsewhere the digits come from
integers. Boards have single floats. This module imports nothing of the runtime.
"""

import math
import sys
from builtins import abs, all, float, int, len, range, repr, str

SINGLE = 16777216.0 + 1.0 == 16777216.0
NATIVE = sys.implementation.name == "cpython"
PLAIN_LIMIT = 1e5 if SINGLE else 5e14  # below, a product's error is small against 1
TENS = [1.0]  # the powers that are exact
for _ in range(10 if SINGLE else 22):
    TENS.append(TENS[-1] * 10.0)


def probe() -> bool:
    """Tell whether this Python's `%` rounds right: MicroPython's did not always."""
    if SINGLE:
        return True
    samples = (7.889773721040559e213, -9.927757595018154e-126, 2.2636424301763047e56)
    texts = ("7.8897737210406e+213", "-9.9277575950182e-126", "2.2636424301763e+56")
    return all("%.14g" % samples[at] == texts[at] for at in range(3))


TRUSTED = NATIVE or probe()


def is_plain(x: float, power: int) -> bool:
    """Tell whether `%` can round x to a multiple of 10**-power: x is finite and near no tie."""
    if not TRUSTED or not 0 <= power < len(TENS):
        return False
    y = x * TENS[power]
    if y < 0:
        y = -y
    if y >= PLAIN_LIMIT:
        return False
    rest = y - int(y)
    return rest < 0.45 or rest > 0.55


def float_text(x: float) -> str:
    """Return a float as Lua's tostring does: `%.14g`, and `.0` added if it looks like an integer.

    Seven digits where floats are single.
    """
    if NATIVE:
        text = "%.14g" % x
        if "." in text or "e" in text:
            return text
        if "n" in text:
            return special(x)
        return text + ".0"
    if x - x != 0:
        return special(x)
    if SINGLE:
        text = "%.7g" % x
    elif -1e14 < x < 1e14 and int(x) == x:
        text = str(int(x))
        if text == "0" and math.copysign(1.0, x) < 0:
            text = "-0"
    elif is_plain(x, 13 - decimal_exponent(x)):
        text = "%.14g" % x
    elif x < 0:
        text = "-" + general(-x, 14)
    else:
        text = general(x, 14)
    if "." in text or "e" in text:
        return text
    return text + ".0"


def decimal_exponent(x: float) -> int:
    """Return the exponent that `%e` shows; for finite x, one off where x rounds to a power."""
    return math.floor(math.log10(abs(x))) if x else 0


def special(x: float) -> str:
    """Return the text of an infinity or a NaN; PUC Lua shows a NaN's sign bit."""
    if x != x:
        return "-nan" if math.copysign(1.0, x) < 0 else "nan"
    return "inf" if x > 0 else "-inf"


def scaled(x: float, power: int) -> int:
    """Return x * 10**power for a finite x >= 0, rounded half to even."""
    if -len(TENS) < power < len(TENS):
        # One rounding error of at most 0.03: only near a tie it could matter.
        y = x * TENS[power] if power >= 0 else x / TENS[-power]
        if y < PLAIN_LIMIT:
            n = int(y)
            rest = y - n
            if rest < 0.45:
                return n
            if rest > 0.55:
                return n + 1
    fraction, exponent = math.frexp(x)
    top = int(math.ldexp(fraction, 53))
    exponent -= 53
    bottom = 1
    if power >= 0:
        top *= 10**power
    else:
        bottom = 10**-power
    if exponent >= 0:
        top <<= exponent
    else:
        bottom <<= -exponent
    n = top // bottom
    rest = 2 * (top - n * bottom)
    if rest > bottom or (rest == bottom and n & 1):
        n += 1
    return n


def scientific(x: float, digits: int) -> "tuple[str, int]":
    """Return that many digits of a finite x >= 0, and the decimal exponent of the first."""
    if x == 0:
        return "0" * digits, 0
    exponent = decimal_exponent(x)
    while True:
        text = str(scaled(x, digits - 1 - exponent))
        if len(text) == digits:
            return text, exponent
        exponent += len(text) - digits


def fixed(x: float, precision: int, point: bool = False) -> str:
    """Return a finite x >= 0 as `%f` does; `point`: also where no digits follow it."""
    text = str(scaled(x, precision))
    if not precision:
        return text + "." if point else text
    if len(text) <= precision:
        text = "0" * (precision + 1 - len(text)) + text
    return text[:-precision] + "." + text[-precision:]


def exponential(digits: str, exponent: int, point: bool = False) -> str:
    """Lay digits out as `%e` does."""
    text = digits[0]
    if len(digits) > 1:
        text += "." + digits[1:]
    elif point:
        text += "."
    return text + ("e-%02d" % -exponent if exponent < 0 else "e+%02d" % exponent)


def general(x: float, precision: int, keep_zeros: bool = False) -> str:
    """Return a finite x >= 0 as `%g` does; `keep_zeros` is its flag `#`."""
    precision = precision or 1
    digits, exponent = scientific(x, precision)
    if not keep_zeros:
        digits = digits.rstrip("0") or "0"
    if not -4 <= exponent < precision:
        return exponential(digits, exponent, keep_zeros)
    if exponent < 0:
        return "0." + "0" * (-1 - exponent) + digits
    whole = exponent + 1
    if len(digits) > whole or keep_zeros:
        return digits[:whole] + "." + digits[whole:]
    return digits + "0" * (whole - len(digits))


def hexadecimal(x: float, precision: int, point: bool = False) -> str:
    """Return a finite x >= 0 as `%a` does; precision -1: as many digits as it needs."""
    if x == 0:
        mantissa = exponent = 0
    else:
        fraction, exponent = math.frexp(x)
        exponent -= 1
        if exponent < -1022:
            fraction = math.ldexp(fraction, exponent + 1022)
            exponent = -1022
        mantissa = int(math.ldexp(fraction, 53))
    if 0 <= precision < 13:
        shift = 4 * (13 - precision)
        half = 1 << (shift - 1)
        rest = mantissa & ((1 << shift) - 1)
        mantissa >>= shift
        if rest > half or (rest == half and mantissa & 1):
            mantissa += 1
        mantissa <<= shift
    digits = "%x" % (mantissa & 0xFFFFFFFFFFFFF)
    digits = "0" * (13 - len(digits)) + digits
    if precision < 0:
        digits = digits.rstrip("0")
    else:
        digits = digits[:precision] + "0" * (precision - 13)
    text = "0x%x" % (mantissa >> 52)
    if digits or point:
        text += "." + digits
    return text + "p%+d" % exponent


def exact_text(x: float) -> str:
    """Return the shortest decimal text that reads back as the same finite float."""
    text = repr(x)
    if NATIVE or SINGLE or float(text) == x:
        return text
    return ("-" if x < 0 else "") + general(abs(x), 17)
