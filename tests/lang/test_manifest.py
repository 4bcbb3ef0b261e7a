"""A program's manifest is read alike on CPython and on MicroPython; mistakes are told plainly."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonhop_core.errors import MoonhopError
from moonhop_core.lang.manifest import ManifestError, parse_manifest
from tests.micropython import run_micropython

EXAMPLE = """\
--! name = "mean"                 -- leading lines that start with --! are TOML
--! needs = ["temperature", "zone=north"] # capabilities
--! memory = "48k"                -- limit
--! slice = 0.05
--! checkpoint = 10
--!
--! engines = [ "lua54",          -- arrays may go over lines
--!   'python', ]
--! isolation = "own"
local n = 0
--! name = "not a leading line"
"""
PARSED = {
    "name": "mean",
    "needs": ["temperature", "zone=north"],
    "memory": 49152,
    "slice": 0.05,
    "checkpoint": 10.0,
    "engines": ["lua54", "python"],
    "isolation": "own",
}


def test_all_keys_are_read() -> None:
    assert parse_manifest(EXAMPLE, "mean.lua") == PARSED


def test_micropython_reads_the_same() -> None:
    program = f"""
import json
from moonhop_core.lang.manifest import ManifestError, parse_manifest
print(json.dumps(parse_manifest({EXAMPLE!r}, "mean.lua")))
try:
    parse_manifest('--! memory = "much"', "mean.lua")
except ManifestError as error:
    print(error)
"""
    result = run_micropython(program)
    assert result.stderr == ""
    first, second = result.stdout.splitlines()
    assert json.loads(first) == PARSED
    assert second.startswith("mean.lua:1: 'memory' must be a size")


@pytest.mark.parametrize("source", ["", "x = 1", "\n--! name = 'x'", "-- ! name", "--!", "--! # x"])
def test_a_program_needs_no_manifest(source: str) -> None:
    assert parse_manifest(source, "mean.lua") == {}


def test_a_manifest_may_follow_the_line_for_the_shell() -> None:
    assert parse_manifest("#!/usr/bin/lua\r\n--! name = 'a'\r\n", "m") == {"name": "a"}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(('"48k"', 49152), ("49152", 49152), ('"2M"', 2097152), ('"1g"', 1 << 30)),
        *(('"64kB"', 65536), ('"512"', 512), ("1_000", 1000), ('"48 k"', None), ("0", None)),
        *(("-1", None), ("true", None), ('"k"', None), ("1.5", None), ('"1.5k"', None)),
    ],
)
def test_memory_is_a_number_of_bytes_or_has_a_unit(text: str, size: int | None) -> None:
    if size is not None:
        assert parse_manifest("--! memory = " + text, "m") == {"memory": size}
        return
    with pytest.raises(ManifestError, match="must be a size"):
        parse_manifest("--! memory = " + text, "m")


def test_texts_beyond_ascii_are_utf8() -> None:
    source = '--! needs = ["zone=h\\u00f6h", "zone=höhe"]'.encode().decode("latin-1")
    assert parse_manifest(source, "m") == {"needs": ["zone=höh", "zone=höhe"]}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "--! nam = 'x'",
            "m:1: unknown key 'nam'; known are checkpoint, engines, isolation, memory, modules, "
            "name, native, needs, slice",
        ),
        ("--!\n--! name = 'x'\n--! name = 'y'", "m:3: 'name' is given twice; keep one"),
        ("--! name", 'm:1: expected key = value, such as name = "mean"'),
        ("--! [limits]", "m:1: tables are not known in a manifest; write key = value"),
        ("--! name =", "m:1: a value is missing after ="),
        ("--! name = 'x", "m:1: the string is not closed; add '"),
        ('--! name = "x\\q"', "m:1: invalid escape '\\q' in a string; write \\\\ for a backslash"),
        (
            "--! name = mean",
            "m:1: 'mean' is no value; write \"text\", a number, true, false or [ ... ]",
        ),
        (
            "--! name = 'a' slice = 1",
            "m:1: 'slice = 1' after the value; put each key on a line of its own",
        ),
        ("--! name = 'a/b'", "m:1: 'name' has '/' in it; use letters, digits, '-', '_' and '.'"),
        ("--! name = ''", "m:1: 'name' must be a text in quotes"),
        ("--! needs = 'x'", "m:1: 'needs' must be a list of texts, such as [\"temperature\"]"),
        ("--! needs = [1]", "m:1: 'needs' must be a list of texts, such as [\"temperature\"]"),
        ("--! needs = [['x']]", "m:1: arrays cannot stand in arrays; write one flat list"),
        ("--! needs = ['x' 'y']", "m:1: expected , or ] in the array, not ''y']'"),
        ("--! needs = ['x',\n--! 'y'\nx = 1", "m:1: the array is not closed; add ]"),
        (
            "--! engines = ['lua53']",
            "m:1: 'engines' names 'lua53', which is no engine; known are lua54, luajit, python",
        ),
        (
            "--! engines = []",
            "m:1: 'engines' names no engine; leave it out or name one of lua54, luajit, python",
        ),
        ("--! slice = 0", "m:1: 'slice' must be a number of seconds greater than 0"),
        ("--! checkpoint = true", "m:1: 'checkpoint' must be a number of seconds greater than 0"),
        (
            '--! isolation = "some"',
            'm:1: \'isolation\' must be "own" (an OS process of its own) or "none"',
        ),
        ("--! name = '\xff'", "m:1: is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_mistake_names_file_and_line_and_says_what_to_do(source: str, message: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest(source, "m")
    assert str(caught.value) == message


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_text_gives_a_manifest_or_an_error(text: str) -> None:
    try:
        parse_manifest("--! needs = [" + text, "m")
        parse_manifest("--! " + text, "m")
    except MoonhopError:
        pass


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1), max_size=4),
    st.floats(min_value=1e-6, max_value=1e8),
    st.integers(1, 10**9),
)
def test_what_toml_writes_is_read_as_toml_reads_it(
    needs: list[str], seconds: float, memory: int
) -> None:
    text = f"needs = {json.dumps(needs)}\nslice = {seconds!r}\nmemory = {memory}"
    expected = tomllib.loads(text)
    assert parse_manifest("--! " + text.replace("\n", "\n--! "), "m") == expected
