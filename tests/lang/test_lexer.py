"""The lexer reads all of Lua 5.4's tokens; numerals mean what they mean to PUC Lua."""

import math
import shutil
import struct
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonhop_core.lang.characters import text_of, utf8_bytes
from moonhop_core.lang.errors import LuaSyntaxError
from moonhop_core.lang.lexer import Lexer
from moonhop_core.lang.numbers import decimal_float, parse_number
from moonhop_core.lang.tokens import EOF, NAME, STRING
from tests.micropython import run_micropython


def tokens_of(source: str | bytes) -> list[tuple[str, object, int]]:
    """(kind, value or None, line) of each token, the end left out."""
    lexer = Lexer(source, "chunk")
    found: list[tuple[str, object, int]] = []
    lexer.next()
    while lexer.token != EOF:
        found.append((lexer.token, lexer.value if lexer.token[0] == "<" else None, lexer.line))
        lexer.next()
    return found


def value_of(source: str) -> object:
    """The value of a text that is one token."""
    [(_, value, _)] = tokens_of(source)
    return value


def test_every_keyword_and_symbol_is_its_own_kind() -> None:
    text = (
        "and break do else elseif end false for function goto if in local nil not or repeat "
        "return then true until while + - * / // % ^ # & | ~ << >> == ~= <= >= < > = ( ) { } [ ] "
        ":: ; : , . .. ..."
    )
    # "<" and "<name>" both start with it, so tokens_of gives some symbols a value: leave it out
    assert [kind for kind, _, _ in tokens_of(text)] == text.split()


def test_symbols_need_no_space_between_them() -> None:
    kinds = [kind for kind, _, _ in tokens_of("a==b~=c//d::e<<f...g..h.i[[=[x]]")]
    assert [kind for kind in kinds if kind != NAME] == [
        *("==", "~=", "//", "::", "<<", "...", "..", ".", STRING),
    ]


def test_names_may_hold_keywords_digits_and_underscores() -> None:
    assert [value for _, value, _ in tokens_of("_ end_ x1 End _1a")] == [
        *("_", "end_", "x1", "End", "_1a"),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"'a\a\b\f\n\r\t\v\\\"\'z'", "a\a\b\f\n\r\t\v\\\"'z"),
        (r'"\65\066\0067\255"', "AB\x067\xff"),
        (r"'\x41\xfF'", "A\xff"),
        (r"'\u{41}\u{e9}\u{20ac}\u{1F600}'", "Aé€😀".encode().decode("latin-1")),
        (r"'\u{7FFFFFFF}'", "\xfd\xbf\xbf\xbf\xbf\xbf"),
        ("'a\\z  \n\t b'", "ab"),
        ("'a\\\nb\\\r\nc\\\n\rd\\\re'", "a\nb\nc\nd\ne"),
        ("'\xe9\0'", "\xe9\0"),
        ("[[\na\r\nb\n\rc\rd]]", "a\nb\nc\nd"),
        ("[==[]]]=]]==]", "]]]=]"),
        ("[[]]", ""),
        ("''", ""),
    ],
)
def test_strings_mean_what_the_manual_says(source: str, expected: str) -> None:
    assert value_of(source) == expected


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\r"])
def test_every_kind_of_line_end_counts_once(end: str) -> None:
    text = end.join(["a -- c", "", "--[[", "]] b '\\", "' --[==[", "]==] [[", "]] c"])
    assert [(kind, line) for kind, _, line in tokens_of(text)] == [
        (NAME, 1),
        (NAME, 4),
        (STRING, 5),
        (STRING, 7),
        (NAME, 7),
    ]


def test_a_first_line_for_the_shell_is_skipped() -> None:
    assert tokens_of("#!/usr/bin/lua\nx") == [(NAME, "x", 2)]
    assert tokens_of(b"\xef\xbb\xbf#!lua\nx") == [(NAME, "x", 2)]
    assert tokens_of("#!") == []


def test_bytes_and_their_text_give_the_same_tokens() -> None:
    data = "x = 'größe' -- ü\ny".encode()
    assert tokens_of(data) == tokens_of(data.decode("latin-1"))


def test_peek_changes_nothing() -> None:
    lexer = Lexer("a 'b'\n= 1", "chunk")
    lexer.next()
    assert lexer.peek() == STRING
    assert (lexer.token, lexer.value, lexer.line) == (NAME, "a", 1)
    lexer.next()
    assert lexer.peek() == "="
    assert (lexer.value, lexer.line) == ("b", 1)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('x = "abc', "unfinished string near <eof>"),
        ('x = "abc\n', "unfinished string near '\"abc'"),
        ("x = 3x", "malformed number near '3x'"),
        (r"x = '\q'", r"invalid escape sequence near ''\q'"),
        ("x = [==[abc", "unfinished long string (starting at line 1) near '<eof>'"),
    ],
)
def test_lexical_errors_read_as_in_puc_lua(source: str, message: str) -> None:
    with pytest.raises(LuaSyntaxError) as caught:
        tokens_of(source)
    assert caught.value.message == message.replace("'<eof>'", EOF)


# ---------------------------------------------------------------- numbers

NUMERALS = [
    *("0", "007", "9223372036854775807", "9223372036854775808", "-9223372036854775808"),
    *("-9223372036854775809", "0x7fffffffffffffff", "0xffffffffffffffff", "-0xffffffffffffffff"),
    *("0x1ffffffffffffffff", "1e15", ".5", "5.", "5.e1", "-0", "-0.0", "-0x0", "1e308", "1.8e308"),
    *("1e-400", "1e400", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1.fffffffffffff8p1023"),
    *("0x1.fffffffffffff7p1023", "2.2250738585072011e-308", "2.4703282292062328e-324"),
    *("1e99999999999999999999", "0e99999999999999999", "0x1p-99999999999999999", "0x.8", "0x.p1"),
    *("0x", "0x.", "1e", "1e+", "0x1p", ".", "", " ", "-", "+", "+5", "--1", "- 1", "1 2", "1_0"),
    *("inf", "nan", "-inf", "Infinity", "infinity", "NaN", "0b1", "1e5f", "0x1g", "\t5\v\f", "5\0"),
    *(
        "1" * 500,
        "1" * 5000,
        "0." + "0" * 500 + "1e500",
        "1" + "0" * 400 + "e-400",
        "\xb2",
    ),
    *("0x" + "0" * 400 + "1", "0x0." + "0" * 400 + "1p1600", "9007199254740993e0", "34e-276"),
    *("179769313486231580793e288", "9007199254740992.5", "0x1.00000000000008p0", "0xA", "0XaP1"),
]


def bits_of(value: float | None) -> str:
    """A number as the PUC Lua program below prints it."""
    if value is None:
        return "nil"
    return str(value) if isinstance(value, int) else struct.pack(">d", value).hex()


def puc_numbers(texts: list[str]) -> list[str]:
    lua = shutil.which("lua5.4")
    assert lua, "these tests need PUC Lua: run make system"
    program = """
for hex in io.lines() do
  local text = hex:gsub("..", function(d) return string.char(tonumber(d, 16)) end)
  local v = tonumber(text)
  print(math.type(v) == "float"
    and (">d"):pack(v):gsub(".", function(c) return ("%02x"):format(c:byte()) end) or tostring(v))
end"""
    answer = subprocess.run(
        [lua, "-e", program.replace('math.type(v) == "float"', 'v and math.type(v) == "float"')],
        input="".join(text.encode("latin-1").hex() + "\n" for text in texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [line.split("\t")[0] for line in answer.stdout.splitlines()]


def test_texts_become_the_numbers_that_puc_lua_reads() -> None:
    expected = dict(zip(NUMERALS, puc_numbers(NUMERALS), strict=True))
    assert {text: bits_of(parse_number(text)) for text in NUMERALS} == expected


def test_texts_become_the_same_numbers_on_micropython() -> None:
    program = f"""
import struct
from moonhop_core.lang.numbers import parse_number
for text in {NUMERALS!r}:
    value = parse_number(text)
    if isinstance(value, float):
        value = "".join(["%02x" % b for b in struct.pack(">d", value)])
    print("nil" if value is None else value)
"""
    result = run_micropython(program)
    assert (result.stdout.splitlines(), result.stderr) == (
        [bits_of(parse_number(text)) for text in NUMERALS],
        "",
    )


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.text("0123456789abcdefxXpPeE.+- \tnif_", max_size=10), min_size=50, max_size=50))
def test_any_text_is_the_number_that_puc_lua_reads_or_none(texts: list[str]) -> None:
    if texts:
        assert [bits_of(parse_number(text)) for text in texts] == puc_numbers(texts)


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.integers(0, 10**25), st.integers(-360, 330))
def test_our_own_decimal_reader_rounds_correctly(mantissa: int, exponent: int) -> None:
    assert decimal_float(str(mantissa), exponent) == float(f"{mantissa}e{exponent}")


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.floats(min_value=0))
def test_every_float_is_read_back_exactly(value: float) -> None:
    if math.isinf(value):
        assert parse_number("1e999") == value
        return
    assert parse_number(value.hex()) == value
    digits, _, exponent = f"{value:.17e}".partition("e")
    assert decimal_float(digits.replace(".", ""), int(exponent) - 17) == value


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.integers(0, 0x10FFFF).filter(lambda c: not 0xD800 <= c < 0xE000))
def test_code_points_become_utf8(code: int) -> None:
    assert utf8_bytes(code) == chr(code).encode()


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.binary())
def test_bytes_become_code_points(data: bytes) -> None:
    assert text_of(data) == data.decode("latin-1")
