"""json.encode and json.decode."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lua.evaluator import FUNCTIONS, evaluate
from tests.lua.reference import Case, case, differences_of_micropython, fn, table

ENCODED = [
    (None, "null"),
    (True, "true"),
    (False, "false"),
    (12, "12"),
    (-(1 << 63), "-9223372036854775808"),
    (1.0, "1.0"),
    (0.1, "0.1"),
    (1e100, "1e+100"),
    ('a"b\\c\n\x01\xc3\xa4', '"a\\"b\\\\c\\n\\u0001\xc3\xa4"'),
    (table(), "{}"),
    (table(1, 2.5, "x"), '[1,2.5,"x"]'),
    (table(b=2, a=table(True)), '{"a":[true],"b":2}'),
]
REFUSED = [
    (float("nan"), "cannot encode nan: JSON has no such number"),
    (float("inf"), "cannot encode inf: JSON has no such number"),
    (fn("first"), "cannot encode a function value"),
    (table(1, a=2), "cannot encode a table that has a list and other keys as well"),
    ({"t": [[5, 1]]}, "cannot encode a table with a key of type number that is no list"),
]
DECODED = [
    (" 12 ", "i12"),
    ("-0", "i0"),
    ("1.0", "f3ff0000000000000"),
    ("1e2", "f4059000000000000"),
    ("9223372036854775808", "f43e0000000000000"),
    ("null", "nil"),
    ("[1,null,true]", "{i1=i1,i3=true}"),
    ('{"a":{"b":[]},"c":null,"d":1,"d":2}', "{'a'={'b'={}},'d'=i2}"),
    ('"\\u00e4\\ud83d\\ude00\\n\\/\\u0041\xc3\xa4"', r"'\195\164\240\159\152\128\010/A\195\164'"),
    ("\t[ ]\r\n", "{}"),
]
MISTAKES = [
    ("", "value expected at byte 1"),
    ("[1,]", "value expected at byte 4"),
    ("[1 2]", "',' or ']' expected at byte 4"),
    ('{"a":1,}', "a name between quotes expected at byte 8"),
    ("{1:2}", "a name between quotes expected at byte 2"),
    ('{"a" 1}', "':' expected at byte 6"),
    ("01", "malformed number at byte 1"),
    ("-", "malformed number at byte 1"),
    ("1.", "malformed number at byte 1"),
    (".5", "value expected at byte 1"),
    ("1 2", "the end of the text expected at byte 3"),
    ('"abc', "unfinished string at byte 1"),
    ('"a\nb"', "control character in the string at byte 1"),
    ('"a\\x"', "invalid escape at byte 4"),
    ('"\\u12g4"', "four hexadecimal digits expected at byte 4"),
    ('"\\', "unfinished string at byte 1"),
    ('"\\"', "unfinished string at byte 1"),
    ("tru", "value expected at byte 1"),
    ("nan", "value expected at byte 1"),
    ("[" * 200, "nested deeper than 100 at byte 101"),
]
CASES: list[Case] = [
    *(case("json.encode", value) for value, _ in ENCODED + REFUSED),
    *(case("json.decode", text) for text, _ in DECODED + MISTAKES),
]


@pytest.mark.parametrize(("value", "text"), ENCODED)
def test_values_are_encoded(value: object, text: str) -> None:
    function, params = FUNCTIONS["json.encode"], case("json.encode", value)
    assert evaluate(params) == evaluate(["string.format", "%s", text])
    assert function is FUNCTIONS["json.encode"]


@pytest.mark.parametrize(("value", "message"), REFUSED)
def test_what_json_cannot_hold_is_refused(value: object, message: str) -> None:
    assert evaluate(case("json.encode", value)) == f"error: {message}"


@pytest.mark.parametrize(("text", "shown"), DECODED)
def test_texts_are_decoded(text: str, shown: str) -> None:
    assert evaluate(["json.decode", text]) == shown


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_named_with_its_place(text: str, message: str) -> None:
    expected = f"error: bad argument #1 to 'decode' ({message})"
    assert evaluate(["json.decode", text]) == expected


def test_micropython_gives_what_cpython_gives(tmp_path: Path) -> None:
    assert differences_of_micropython(CASES, tmp_path) == []


def test_a_cycle_is_an_error() -> None:
    from moonhop_core.lua.errors import LuaError
    from moonhop_core.lua.values import Table

    loop = Table({})
    loop.h["self"] = loop
    with pytest.raises(LuaError, match="nested deeper than 100"):
        FUNCTIONS["json.encode"].c1(loop)


values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(1 << 63), (1 << 63) - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(max_codepoint=126)),
    ),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text("abc\xff"), inner),
    max_leaves=20,
)


@given(values)
def test_what_was_encoded_elsewhere_comes_back_the_same(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    found = FUNCTIONS["json.decode"].c1(text)
    again = FUNCTIONS["json.encode"].c1(found)
    assert json.loads(again) == value
