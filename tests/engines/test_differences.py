"""The rows of docs/differences.md that engines lua54 and luajit give rise to."""

from pathlib import Path

import pytest

from moonhop.programs.linking import beside, link
from tests.engines.running import run


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
