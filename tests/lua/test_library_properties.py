"""Random inputs: the library of engine python gives what PUC Lua 5.4 gives."""

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lua.evaluator import evaluate
from tests.lua.reference import (
    Case,
    case,
    differences_from_lua,
    differences_of_micropython,
    fn,
    number,
    table,
)

COUNT = 2000
PIECES = (
    *("a", "b", "c", ".", "%a", "%d", "%s", "%w", "%A", "%p", "[ab]", "[^a]", "[a-c]", "%f[%w]"),
    *("(", ")", "()", "%1", "%b()", "^", "$", "-", " ", "%(", "\xe4", "[%a\xe4]", "\0"),
)
REPEATS = ("", "", "", "*", "+", "-", "?")
SUBJECT = "aabbcc  12().-\xe4\0"


def a_pattern(rng: random.Random) -> Case:
    pattern = "".join(rng.choice(PIECES) + rng.choice(REPEATS) for _ in range(rng.randint(1, 6)))
    subject = "".join(rng.choice(SUBJECT) for _ in range(rng.randint(0, 14)))
    kind = rng.choice(("find", "match", "gmatch*", "gsub"))
    if kind == "gsub":
        replacement = rng.choice(
            ("<%0>", "%1", "", fn("count"), fn("first"), table(a="A", b=False))
        )
        return case("string.gsub", subject, pattern, replacement)
    return case(f"string.{kind}", subject, pattern)


def a_float(rng: random.Random) -> float:
    kind = rng.randrange(5)
    if kind == 0:
        return float(struct.unpack(">d", rng.getrandbits(64).to_bytes(8, "big"))[0])
    if kind == 1:
        return rng.randint(-(10**9), 10**9) / (1 << rng.randint(0, 12))
    if kind == 2:
        return round(rng.uniform(-1000, 1000), rng.randint(0, 4))
    return float(f"{rng.randint(-(10**17), 10**17)}e{rng.randint(-20, 3)}")


def a_number_format(rng: random.Random) -> Case:
    flags = "".join(flag for flag in "-+ #0" if rng.random() < 0.2)
    width = rng.choice(("", "", str(rng.randint(1, 30))))
    precision = rng.choice(("", "", f".{rng.randint(0, 20)}"))
    if rng.random() < 0.3:
        flags = flags.replace("#", "")
        whole = rng.getrandbits(rng.randint(1, 64)) - (1 << 63)
        return case("string.format", f"%{flags}{width}{precision}{rng.choice('dxoX')}", whole)
    return case("string.format", f"%{flags}{width}{precision}{rng.choice('eEfgGa')}", a_float(rng))


def a_number_as_text(rng: random.Random) -> Case:
    return case("tostring", a_float(rng))


def a_packing(rng: random.Random) -> Case:
    options = [rng.choice("bBhHiIlLjJdfns z<>=!xX") for _ in range(rng.randint(1, 5))]
    text = "".join(o + (str(rng.randint(1, 16)) if o in "iI!" else "") for o in options)
    values = [rng.choice((rng.randint(-300, 300), rng.getrandbits(63), "7")) for _ in options]
    return case("string.pack", text, *values)


def an_unpacking(rng: random.Random) -> Case:
    options = [rng.choice("bBhHiIjJdfns z<>!x") for _ in range(rng.randint(1, 4))]
    text = "".join(o + (str(rng.randint(1, 16)) if o in "iI!s" else "") for o in options)
    data = "".join(chr(rng.choice((0, 1, 2, 3, 255, 128, 65))) for _ in range(rng.randint(0, 40)))
    return case("string.unpack", text, data)


def a_slice(rng: random.Random) -> Case:
    text = "".join(rng.choice(SUBJECT) for _ in range(rng.randint(0, 9)))
    places = [rng.randint(-12, 12) for _ in range(rng.randint(1, 2))]
    return case(rng.choice(("string.sub", "string.byte")), text, *places)


def a_utf8_walk(rng: random.Random) -> Case:
    text = "".join(rng.choice(("a", "\xc3\xa4", "\xe2\x82\xac", "\x80", "\xff")) for _ in range(6))
    name = rng.choice(("len", "codepoint", "offset"))
    return case(f"utf8.{name}", text, rng.randint(-9, 9), rng.randint(-9, 9))


MAKERS = (
    *(a_pattern, a_number_format, a_number_as_text, a_packing, an_unpacking, a_slice),
    a_utf8_walk,
)


def cases(maker: Callable[[random.Random], Case], seed: int) -> list[Case]:
    rng = random.Random(seed)
    return [maker(rng) for _ in range(COUNT)]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_random_cases_give_what_puc_lua_gives(
    maker: Callable[[random.Random], Case], tmp_path: Path
) -> None:
    assert differences_from_lua(cases(maker, 1), tmp_path)[:5] == []


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_random_cases_give_the_same_on_micropython(
    maker: Callable[[random.Random], Case], tmp_path: Path
) -> None:
    assert differences_of_micropython(cases(maker, 2), tmp_path)[:5] == []


bytes_text = st.text(st.characters(min_codepoint=0, max_codepoint=255))
integers = st.integers(-(1 << 63), (1 << 63) - 1)


@given(st.lists(st.one_of(integers, st.floats(allow_nan=False), bytes_text)), st.sampled_from("<>"))
def test_what_pack_packed_unpack_gives_back(values: list[int | float | str], order: str) -> None:
    letters = {int: "j", float: "d", str: "s"}
    layout = order + "".join(letters[type(value)] for value in values)
    arguments = [number(v) if isinstance(v, float) else v for v in values]
    packed = evaluate(["string.pack", layout, *arguments])
    text = "".join(chr(code) for code in unescaped(packed))
    expected = [evaluate(["table.unpack", table(v)]).split(" and ")[0] for v in arguments]
    found = evaluate(["string.unpack", layout, text])
    assert found == " ".join([*expected, f"i{len(text) + 1}"])


def unescaped(shown: str) -> bytes:
    """Return the bytes of a string as the evaluator shows it."""
    out = bytearray()
    body = shown[1:-1]
    at = 0
    while at < len(body):
        if body[at] == "\\" and body[at + 1 : at + 4].isdigit():
            out.append(int(body[at + 1 : at + 4]))
            at += 4
        else:
            out.append(ord(body[at]))
            at += 1
    return bytes(out)


@given(st.lists(integers))
def test_sorting_gives_pythons_order(values: list[int]) -> None:
    expected = evaluate(["table.unpack", table(*sorted(values))]).split(" and ")[1]
    assert evaluate(["table.sort", table(*values)]).split(" and ")[1] == expected
    found = evaluate(["table.sort", table(*values), fn("greater")]).split(" and ")[1]
    backwards = evaluate(["table.unpack", table(*sorted(values, reverse=True))])
    assert found == backwards.split(" and ")[1]


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab%[]^$().*+-?\xff1"), max_size=12))
def test_any_text_is_a_pattern_or_a_lua_error(pattern: str) -> None:
    for name in ("find", "match", "gmatch*"):
        assert isinstance(evaluate([f"string.{name}", "aab(b)\xff%", pattern]), str)
