"""Strings that MicroPython did not look for among its names are strings like any other."""

import pytest

from tests.micropython import run_micropython

PROGRAM = """
from moonhop_core.lua.fresh import ADDS, cat, join, numeral, piece, retype
import sys
class Holder:
    pass
assert not ADDS
known = {"moonhop": 1, 5: 2}
holder = Holder()
holder.moonhop = "an attribute"
for text in (
    cat("moon", "hop"), piece(b"a moonhop", 2, 99), retype(bytes(b"moonhop!"[:7])),
    join(("m", "oon", "", "hop")), join(tuple("moonhop")), join(tuple("moonhop") + ("", "", "")),
):
    assert type(text) is str and text == "moonhop" and "moonhop" == text, text
    assert hash(text) == hash("moonhop") and len(text) == 7 and text[4:] == "hop"
    assert known[text] == 1 and {text: 3}["moonhop"] == 3 and getattr(holder, text)
    assert text.encode() == b"moonhop" and text < "moonhoq" and text.find("hop") == 4
    assert (lambda moonhop: moonhop)(**{text: 8}) == 8
for value in (0, 7, -12, 1 << 40, -(1 << 63), (1 << 63) - 1):
    assert numeral(value) == str(value) and {numeral(value): 1}[str(value)]
assert cat("", "") == "" and cat("", "x") == "x" and cat("x", "") == "x"
assert cat("\\xe9", "\\xff") == "\\xe9\\xff" and len(join(("\\xe9", "a", "\\xff"))) == 3
assert piece(b"abc", 3, 9) == "" and piece(b"abc", 0, 0) == ""
assert type(piece(b"a\\xe9", 0, 2)) is bytes
for a, b in (("", None), (None, ""), ("a", {}), (5, "a"), ("a", holder), ("a", True)):
    try:
        cat(a, b)
        raise AssertionError((a, b))
    except (TypeError, AttributeError):
        pass
print("well")
"""


@pytest.mark.parametrize("emit", ["bytecode", "native"])
def test_strings_made_of_bytes_are_strings_in_every_way(emit: str) -> None:
    result = run_micropython(PROGRAM, emit=emit)
    assert (result.stdout, result.stderr) == ("well\n", "")
