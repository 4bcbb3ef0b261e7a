"""Numerals in a text, found as the format "n" of Lua's `file:read` does it."""

from moonhop_core.lang.numbers import parse_number

LONGEST = 200  # characters of a numeral
SPACE = " \t\n\v\f\r"
DIGITS = "0123456789"
HEX = "0123456789abcdefABCDEF"


def skip_space(text: str, at: int) -> int:
    """Return the place of the first character from `at` on that is no space."""
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def read_numeral(text: str, at: int) -> "tuple[int | float | None, int]":
    """Return the number that stands at a place, None if what looks like one is none, and the place
    behind what was looked at."""
    start = at
    end = min(len(text), at + LONGEST)

    def one_of(characters: str) -> bool:
        nonlocal at
        if at < end and text[at] in characters:
            at += 1
            return True
        return False

    one_of("+-")
    digits, exponent, count = DIGITS, "eE", 0
    if one_of("0"):
        if one_of("xX"):
            digits, exponent = HEX, "pP"
        else:
            count = 1
    while one_of(digits):
        count += 1
    if one_of("."):
        while one_of(digits):
            count += 1
    if count and one_of(exponent):
        one_of("+-")
        while one_of(DIGITS):
            pass
    if at - start >= LONGEST:
        return None, at
    return parse_number(text[start:at]), at
