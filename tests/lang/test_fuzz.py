"""Texts that nobody would write: the compiler judges each as PUC Lua does, in its words."""

import re
from pathlib import Path
from random import Random

import pytest

from moonhop_core.errors import MoonhopError
from moonhop_core.lang.compile import compile_lua
from tests.lang.programs import WORDS
from tests.lang.puc import puc_messages
from tests.micropython import run_micropython

PROGRAMS = sorted((Path(__file__).parents[1] / "lua_programs").glob("*/*.lua"))
SEEDS = (1, 2, 3)


def noise(random: Random) -> str:
    """Any bytes, but not the mark of a binary chunk at the start."""
    return " " + "".join(chr(random.randrange(256)) for _ in range(random.randrange(60)))


def mutated(random: Random) -> str:
    """Some lines of a real program, damaged."""
    lines = random.choice(PROGRAMS).read_bytes().decode("latin-1").split("\n")
    at = random.randrange(len(lines))
    text = "\n".join(lines[at : at + random.randint(3, 25)])
    for _ in range(random.randint(1, 3)):
        i, j = sorted((random.randrange(len(text) + 1), random.randrange(len(text) + 1)))
        near = min(j, i + 20)
        inserted = random.choice([chr(random.randrange(1, 256)), random.choice(WORDS)])
        text = random.choice(
            [
                text[:i] + text[min(j, i + 5) :],  # a few characters lost
                text[:i] + text[j:],  # many
                text[:i] + inserted + text[i:],
                text[:near] + text[i:near] + text[near:],  # some doubled
            ]
        )
    return " " + text


def literal(random: Random) -> str:
    """Something that begins like a number, a string, a long string or a long comment."""
    level = "=" * random.randrange(3)
    head, items, tail = random.choice(
        [
            ("return ", [*"0123456789abcdefxXpPeE.+-_"], ""),
            ("return '", [*"\\xuzab019F{}\n\r'\"", "\\x4", "\\u{7FFFFFFF}", "\\z", "\\\n"], "'"),
            (f"return [{level}[", [*"]=[\n\rab"], f"]{level}]"),
            (f"--[{level}[", [*"]=[\nab"], ""),
        ]
    )
    return head + "".join(random.choice(items) for _ in range(random.randint(1, 15))) + tail


def texts(seed: int, count: int) -> list[str]:
    random = Random(seed)
    makers = (noise, mutated, mutated, literal)
    return [makers[at % len(makers)](random) for at in range(count)]


def huge() -> list[str]:
    """Nested deeply, or long: fine, or refused with the text's name."""
    found = []
    for opener, middle, closer in (
        *(("(", "1", ")"), ("{", "", "}"), ("-", "1", ""), ("not ", "1", "")),
        *(("a[", "1", "]"), ("f(", "", ")"), ("function() return ", "1", " end")),
        *(("1 .. ", "1", ""), ("2 ^ ", "2", ""), ("a.", "b", "")),
    ):
        found += ["return " + opener * n + middle + closer * n for n in (10, 150, 250, 3000)]
    for opener, closer in (("do ", "end "), ("if a then ", "end "), ("while a do ", "end ")):
        found += [opener * n + closer * n for n in (10, 150, 250, 3000)]
    digits = "7" * 5000
    found += [f"return {digits}", f"return 0x{digits}", f"return 0.{digits}e-{digits}"]
    found += [f"return '{digits}'", f"return [[{digits}]]", f"local {'a' * 5000} = 1"]
    return found


def answer(text: str) -> str | None:
    """None if our compiler accepts a text, else its message; any other exception is a fault."""
    try:
        compile_lua(text, "chunk")
    except MoonhopError as error:
        return str(error)
    return None


def comparable(message: str | None) -> str | None:
    """Leave out which line a call's `(` is on: releases of Lua 5.4 count that differently."""
    return message and re.sub(r" \(to close '\(' at line \d+\)", "", message)


def differences(sources: list[str]) -> list[tuple[str, str | None, str | None]]:
    wanted = map(comparable, puc_messages(sources))
    got = [comparable(answer(source)) for source in sources]
    return [found for found in zip(sources, wanted, got, strict=True) if found[1] != found[2]]


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_texts_are_judged_as_puc_lua_judges_them(seed: int) -> None:
    assert differences(texts(seed, 3000)) == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 140))
def test_very_many_damaged_texts_are_judged_as_puc_lua_judges_them(seed: int) -> None:
    assert differences(texts(seed, 20000)) == []


def test_huge_texts_are_compiled_or_refused_in_a_line() -> None:
    for text in huge():
        message = answer(text)
        assert message is None or message.startswith("chunk:"), text[:20]


JUDGE = """
from moonhop_core.errors import MoonhopError
from moonhop_core.lang.compile import compile_lua
for text in TEXTS:
    try:
        compile_lua(text, "chunk")
        print(None)
    except MoonhopError as error:
        print(repr(str(error)))
"""


def test_micropython_judges_damaged_texts_alike() -> None:
    sources = texts(9, 400)
    ran = run_micropython(f"TEXTS = {sources!r}\n{JUDGE}", heap="32M")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == len(sources)
    refused = [line != "None" for line in ran.stdout.splitlines()]
    assert refused == [answer(source) is not None for source in sources]


def test_micropython_survives_huge_texts() -> None:
    sources = [text for text in huge() if len(text) < 6000]
    ran = run_micropython(f"TEXTS = {sources!r}\n{JUDGE}", heap="64M")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == len(sources)
