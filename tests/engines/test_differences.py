"""The rows of docs/differences.md that engines lua54 and luajit give rise to."""

from pathlib import Path

import pytest

from moonhop.programs.linking import beside, link
from tests.engines.running import run
from tests.language.engines import AGENT


def test_differs_numbers():
    source = "print(1.0, math.type(1.0), 2^53, 7 // 0, 7 % 0 ~= 7 % 0)"
    assert run("luajit", source) == ["1\tinteger\t9007199254740992\tinf\ttrue"]


def test_differs_concatenation():
    source = "local n = 123456789012345 print(n .. '', tostring(n), ('%s %d'):format(n, n))"
    assert run("luajit", source) == [
        "1.2345678901234e+14\t123456789012345\t123456789012345 123456789012345"
    ]


def test_differs_integer_arguments():
    source = "print(('abcdef'):sub(2.5)) for i = '1', 2 do print(i) end"
    assert run("luajit", source) == ["bcdef", "1", "2"]


def test_differs_tail_called_builtin():
    source = """local g = string.gmatch
local function tailed() return g({}) end
local function named() return string.gmatch({}) end
local function calls(f)
  local it = f()
  return it
end
print(pcall(calls, tailed))
print(pcall(calls, named))"""
    for engine in ("lua54", "luajit"):
        tailed, named = run(engine, source)
        assert tailed.startswith("false\tt.lua:5: ")
        assert named.startswith("false\tt.lua:3: ")


def test_differs_words():
    source = "local x print(pcall(function() return (x and x or x).y end))"
    assert run("lua54", source) == ["false\tt.lua:1: attempt to index a nil value"]
    assert run("luajit", source) == ["false\tt.lua:1: attempt to index a nil value (upvalue 'x')"]


def test_differs_upvalues():
    names = [f"v{i}" for i in range(61)]
    source = f"local {', '.join(names)} = {', '.join(['1'] * 61)}\n"
    source += f"print((function() return {' + '.join(names)} end)())"
    assert run("lua54", source) == ["61"]
    with pytest.raises(Exception, match="more than 60 upvalues"):
        run("luajit", source)


def test_differs_level_of_an_error_called_by_pcall():
    source = "local function f() return pcall(error, 'msg', 2) end print(f())"
    assert run("lua54", source) == ["false\tt.lua:1: msg"]
    assert run("python", source) == ["false\tmsg"]


def test_differs_builtin_called_by_no_name():
    source = "print(pcall(function() return setmetatable({}, {__add = math.floor}) + 1 end))"
    message = "false\tt.lua:1: bad argument #1 to '%s' (number expected, got table)"
    assert run("lua54", source) == [message % "add"]
    assert run("python", source) == [message % "floor"]


@pytest.mark.parametrize("name", ["lua54", "luajit", "python"])
def test_differs_metamethods_that_yield(name: str):
    source = """local function slow(x) return coroutine.yield(x) end
local meta = {__index = function(_, k) return slow(k) end, __close = function() slow("c") end}
meta.__add = function(a, b) return slow("+") end
meta.__call = function(_, x) return slow(x) end
for _, f in ipairs {
  function() return setmetatable({}, meta).field end,
  function() return setmetatable({}, meta) + 1 end,
  function() local guard <close> = setmetatable({}, meta) return 1 end,
  function() return setmetatable({}, meta)("called") end,
} do print(coroutine.resume(coroutine.create(f))) end"""
    *refused, called = run(name, source)
    for text in refused:
        assert text.startswith("false\tattempt to suspend in '")
        assert text.endswith("called through a function that cannot")
    assert (len(refused), called) == (3, "true\tcalled")


def test_differs_large_keys(tmp_path: Path):
    program = tmp_path / "t.lua"
    program.write_text(
        """local function put(t, ...) for _, k in ipairs {...} do t[k] = math.type(k) end end
local function count(t, k) if t[k] == "float" then return 1 else return 0 end end
local n = 0
for size = 1, 40 do
  local t = {}
  for i = 1, size do t[i] = i end
  put(t, 2^63, math.maxinteger)
  n = n + count(t, 2^63)
end
print(n == 40)
local exact = {[math.maxinteger] = "integer", [2^53] = 1, [(2^53 | 0) + 1] = 2}
print(exact[2^63], exact[math.maxinteger], exact[2^53], rawget(exact, 2^53))"""
    )
    for name, kept in (("python", "true"), ("lua54", "true"), ("micropython", "false")):
        got = AGENT.run(program, [name]).out.splitlines()
        assert got == [kept, "nil\tinteger\t1\t1"], name


@pytest.mark.parametrize("name", ["lua54", "luajit", "python"])
def test_differs_modules(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "late.lua").write_text("return '1'")
    monkeypatch.chdir(tmp_path)
    source = "print((select(2, pcall(require, 'la' .. 'te')):gsub('\\n.*', '')))"
    assert run(name, source) == ["module 'late' not found:"]
    linked = link(f"--! modules = ['late']\n{source}", "t.lua", beside(tmp_path))
    assert run(name, linked) == ["1"]


@pytest.mark.parametrize("name", ["lua54", "luajit", "python"])
def test_differs_absent_libraries(name: str):
    source = "print(io, os.execute, package.cpath, debug and debug.getinfo, pcall(load, '\\27Lua'))"
    assert run(name, source)[0].startswith("nil\tnil\tnil\tnil\t")


FINALIZERS = """local n = 0
local function finalizer() n = n + 1 end
local early, late = {__gc = finalizer}, {}
local derived = setmetatable({}, {__index = early})
local objects = {}
for i = 1, 300 do
  objects[i] = {setmetatable({}, early), setmetatable({}, late), setmetatable({}, derived)}
  if i == 100 then rawset(late, "__gc", finalizer) rawset(derived, "__gc", finalizer) end
end
sleep(1)
for i = 301, 600 do objects[i] = setmetatable({}, early) end
setmetatable(early, early)
early, late, derived = nil, nil, nil
objects = #objects
sleep(1)
collectgarbage()
collectgarbage()
print(objects, n)"""


@pytest.mark.parametrize("name", ["lua54", "luajit", "python"])
def test_differs_finalizers(name: str):
    assert run(name, FINALIZERS) == ["600\t0"]
    assert run(name, FINALIZERS, via=["lua54", "python", "luajit"]) == ["600\t0"]


@pytest.mark.parametrize("name", ["lua54", "luajit", "python"])
def test_differs_traceback(name: str):
    source = """local function inner(level) return (debug.traceback("m", level)) end
local function outer(level) local text = inner(level) return text end
print(outer())
print(outer(2))
print(xpcall(function() local x = nil; local y = x.z end, debug.traceback))
local co = coroutine.create(function() local function g() coroutine.yield() end g() end)
coroutine.resume(co)
print(debug.traceback(co, "of another"))
print(debug.traceback(co, nil, 1))
print(debug.traceback(12), debug.traceback(co) ~= nil, type(debug.traceback({})))"""
    text = "\n".join(run(name, source))
    assert text.split("\n") == [
        *("m", "stack traceback:", "\tt.lua:1: in function 'inner'"),
        *("\tt.lua:2: in function 'outer'", "\tt.lua:3: in main chunk"),
        *("m", "stack traceback:", "\tt.lua:2: in function 'outer'", "\tt.lua:4: in main chunk"),
        "false\tt.lua:5: attempt to index a nil value (local 'x')",
        *("stack traceback:", "\tt.lua:5: in function <t.lua:5>", "\tt.lua:5: in main chunk"),
        *("of another", "stack traceback:", "\tt.lua:6: in function 'g'"),
        *("\tt.lua:6: in function <t.lua:6>",),
        *("stack traceback:", "\tt.lua:6: in function <t.lua:6>"),
        *("12", "stack traceback:", "\tt.lua:10: in main chunk\ttrue\ttable"),
    ]
