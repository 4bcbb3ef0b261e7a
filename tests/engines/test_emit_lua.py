"""What the Lua emitter writes."""

import importlib
from typing import Any

import pytest

from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_lua import DIALECTS, emit_lua
from moonhop_core.lang.emit_lua_writer import LuaText, literal

MODULES = {"lua54": "lupa.lua54", "luajit": "lupa.luajit21"}


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """A dialect; each test runs with both."""
    return str(request.param)


def emit(source: str, dialect: str) -> LuaText:
    return emit_lua(compile_lua(source, "t.lua"), dialect)


def load(text: LuaText) -> Any:
    """Return (chunk, message) of the dialect's own compiler."""
    state = importlib.import_module(MODULES[text.dialect]).LuaRuntime(unpack_returned_tuples=True)
    return state.eval("function(text) return load(text) end")(text.text)


def loads(source: str, dialect: str) -> None:
    found = load(emit(source, dialect))
    assert not isinstance(found, tuple), found


def test_functions_begin_on_lines_of_their_own(dialect):
    text = emit("local f = function() return function() end, function() end end", dialect)
    assert sorted(text.starts) == [0, 1, 2, 3]
    assert len(set(text.starts.values())) == 4
    assert [text.proto_at(text.starts[n]) for n in range(4)] == [0, 1, 2, 3]


def test_emitted_lines_know_their_lua_lines(dialect):
    text = emit("local a = 1\n\n\nlocal b = a +\n  nothing.x\nprint(b)", dialect)
    emitted = text.text.split("\n")
    found = {text.lines[i]: line for i, line in enumerate(emitted) if text.lines[i]}
    assert found[5].startswith(".x")
    assert "print" in found[6]


def test_a_direct_function_keeps_names_and_structure(dialect):
    text = emit("local function add(left, right) return left + right end print(add(1, 2))", dialect)
    assert "local function add(left, right) return left + right; end" in text.text


def test_a_direct_program_has_no_trace_of_frames(dialect):
    source = "local n = 0 local function inc() n = n + 1 end for i = 1, 9 do inc() end print(n)"
    text = emit(source, dialect).text.split("\n", 1)[1]
    assert "mh__F" not in text
    assert "n = n + 1" in text


def test_luajit_has_helpers_for_operators_that_it_lacks():
    text = emit("print(a // b, a & b, a | b, a ~ b, ~a, a << b, a >> b)", "luajit").text
    for name in ("idiv", "band", "bor", "bxor", "bnot", "shl", "shr"):
        assert f"mh__{name}(" in text


def test_luajit_pays_for_metamethods_only_where_they_are_named():
    assert "mh__lt(" not in emit("print(a < b, a == b, #a)", "luajit").text
    text = emit("m.__lt = f m.__eq = f m.__len = f print(a > b, a ~= b, #a)", "luajit").text
    assert "print((mh__lt(b, a)), (not mh__eq(a, b)), (mh__len(a)))" in text


@pytest.mark.parametrize(
    "source",
    [
        "return a.b.c:d(1)[2](3){4}'5'",
        "return - - -x, not not y, -(-3), 2^-3, (-2)^2, -2^2",
        "return a .. b .. c .. d, (a .. b) .. c, a - (b - c), (a - b) - c, a / b * c",
        "return (a or b) and c, a or b and c, not (a == b), a < b == true",
        "local t = {1, 2; x = 3, ['y z'] = 4, f()}",
        "return (f()), (...), {...}, {(...)}",
        "goto e do local x ::a:: x = 1 end ::e:: return ('x'):rep(3)",
        "for i = 1, 3 do for j = 3, 1, -1 do goto continue end ::continue:: end",
        "local s = 'a\\0b\\n\\r\\\"\\\\\\255' return s",
        "return 0x7fffffffffffffff, 0x8000000000000000, 1e308 * 10, 3.0, 1e15, 0x1p-3",
        "local _ENV = {} x = 1 return x",
        "local mh__token, x__mh1 = 1, 2 return mh__token + x__mh1, mh__other",
        "repeat local x = f() until x",
        "local a, b = 1 local function f() a = b b = a end return f",
    ],
)
def test_every_construct_is_accepted(source, dialect):
    loads(source, dialect)
    loads("sleep(1) " + source, dialect)


def test_long_chains_need_no_deep_recursion(dialect):
    loads("return " + " + ".join(["x"] * 190), dialect)
    loads("return " + " .. ".join(["x"] * 150), dialect)


def test_more_locals_than_lua_allows_in_one_function_are_spilled(dialect):
    scopes = [f"do local v{i} = f() sleep(v{i}) print(v{i}) end" for i in range(300)]
    loads("\n".join(scopes), dialect)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-1, "(-1)"),
        (-0x8000000000000000, "(-9223372036854775807-1)"),
        (1e16, "0x1.1c37937e08000p53"),
        (0.1, "0x1.999999999999ap-4"),
        (5e-324, "0x0.0000000000001p-1022"),
        (-0.0, "(-0.0)"),
        (2.0, "2.0"),
        (float("inf"), "1e999"),
        ('"\n', '"\\"\\010"'),
        (None, "nil"),
    ],
)
def test_constants_are_written_so_that_both_dialects_read_them(value, text):
    assert literal(value) == text
