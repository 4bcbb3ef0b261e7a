"""A program and its modules are one to the compiler; each part keeps its file's name."""

import textwrap

import pytest

from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.errors import LuaSyntaxError
from moonhop_core.lang.lowered import Lowered
from moonhop_core.lang.modules import Module, places, wrong_name
from moonhop_core.lang.uses import uses


def compiled(source: str, **modules: str) -> Lowered:
    """Compile a program with modules, each of which is called what its file is called."""
    made = [
        Module(name, f"lib/{name}.lua", textwrap.dedent(text)) for name, text in modules.items()
    ]
    return compile_lua(textwrap.dedent(source), "main.lua", modules=made)


def suspending(source: str, **modules: str) -> set[tuple[str, str]]:
    """File and name of the functions that can suspend."""
    lowered = compiled(source, **modules)
    return {
        (lowered.file_of(proto), proto.function.name) for proto in lowered.protos if proto.suspends
    }


MAIN = ("main.lua", "main chunk")
M_LUA = "lib/m.lua"


def test_functions_are_numbered_through_and_know_their_file():
    lowered = compiled(
        "local function f() end require 'a'",
        a="return function() return function() end end",
        b="return 1",
    )
    files = [lowered.file_of(proto) for proto in lowered.protos]
    assert files == ["main.lua"] * 2 + ["lib/a.lua"] * 3 + ["lib/b.lua"]
    assert [proto.number for proto in lowered.protos] == list(range(6))


def test_a_suspending_function_of_a_module_makes_its_callers_suspend_and_no_others():
    assert suspending(
        "local m = require 'm' local function f() m.slow() end f() m.fast()",
        m="return { slow = function() sleep(1) end, fast = function() return 1 end }",
    ) == {MAIN, ("main.lua", "f"), (M_LUA, "slow")}


def test_a_program_that_calls_direct_functions_of_a_module_stays_direct():
    assert (
        suspending(
            "local m = require 'm' print(m.fast(), require('m').fast())",
            m="return { fast = function() return 1 end }",
        )
        == set()
    )


def test_a_module_that_suspends_while_it_loads_suspends_where_it_is_required():
    found = suspending(
        "function f() return require 'm' end function g() return require 'n' end",
        m="sleep(1) return 1",
        n="return 2",
    )
    assert found == {("main.lua", "f"), (M_LUA, "main chunk")}


def test_what_a_module_returns_is_what_require_gives():
    found = suspending(
        "local s, d = require 'm', require 'n' function f() s() end function g() d() end",
        m="return function() sleep(1) end",
        n="return function() return 1 end",
    )
    assert found == {("main.lua", "f"), (M_LUA, "")}


@pytest.mark.parametrize(
    "call",
    [
        "pcall(require, 'm')",
        "require(x)",
        "local r = require r('m')",
        "xpcall(require, print, 'm')",
        "(function(r) r('m') end)(require)",
    ],
)
def test_ways_to_load_a_module_that_suspends(call: str):
    assert MAIN in suspending(call, m="sleep(1)")
    assert suspending(call, m="return 1") == set()


def test_require_in_a_table_is_still_require():
    assert MAIN in suspending("local t = {require} t[1]('m')", m="sleep(1)")


def test_a_local_name_for_require_costs_nothing():
    source = "local require = require local m = require 'm' local t = {m} t[1]() m.f()"
    assert suspending(source, m="return setmetatable({}, {__call = f})") == set()


def test_a_loader_that_the_program_makes_may_suspend():
    assert MAIN in suspending("package.preload.x = function() sleep(1) end require 'x'")


def test_a_library_that_require_gives_is_the_library():
    assert ("main.lua", "f") in suspending(
        "local co = require 'coroutine' local function f() co.yield(1) end co.wrap(f)()"
    )


def test_an_error_in_a_module_names_its_file():
    with pytest.raises(LuaSyntaxError, match=r"^lib/m\.lua:2: unexpected symbol near '='"):
        compiled("require 'm'", m="local x\nx = = 1")


def test_what_modules_mention_is_made():
    assert uses(compiled("require 'm'", m="print(math.pi)")) == ["math.pi", "print", "require"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("require 'm'", ["require"]),
        ("local require = require require 'm'", ["require"]),
        ("pcall(require, 'm')", ["pcall", "require"]),
        ("require 'math'", ["math", "require"]),
        ("require(x)", None),
        ("f(require)", None),
        ("require '_G'", None),
        ("package.loaded.m = nil", ["package.loaded"]),
        ("package.preload.m = f", ["f", "package.preload"]),
        ("print(package.loaded.string)", ["package.loaded", "print", "string"]),
        ("x = package.loaded", None),
        ("x = package.loaded[y]", None),
        ("x = package", None),
    ],
)
def test_what_require_may_give_is_made(source: str, found: list[str] | None):
    assert uses(compiled(source)) == found


@pytest.mark.parametrize("name", ["m", "lib.kalman", "a-b_1.C", "init"])
def test_names_of_modules(name: str):
    assert wrong_name(name) == ""


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a..b", ".a", "a.", "../a", "/a", "a/b", "a\\b", "a b", "a\0", "é", "a" * 101],
)
def test_what_could_leave_the_folder_is_no_name(name: str):
    assert wrong_name(name) != ""


def test_a_module_is_looked_for_beside_the_program_and_then_on_the_file_server():
    assert places("lib.kalman") == [
        "lib/kalman.lua",
        "lib/kalman/init.lua",
        "/lib/lib/kalman.lua",
        "/lib/lib/kalman/init.lua",
    ]
