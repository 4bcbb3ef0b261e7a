"""Programs run to their end without a fleet, hopping or not, on the engines of the core."""

import io
from pathlib import Path

import pytest

from moonhop.execute import exec_program

ENGINES = ("python", "micropython")

TASKS = """
local total = 0
local function worker(name, n)
  for i = 1, n do
    total = total + i
    print(name, i, total)
    sleep(0.1 * i)
  end
  return name .. " done", n
end
local tick = 0
local timer = every(0.25, function() tick = tick + 1 print("tick", tick) end)
local a = spawn(worker, "a", 3)
local b = spawn(worker, "b", 2)
print(a.status, b.status)
print(a:join())
print(b:join())
print(a.status, now())
timer:cancel()
"""

MESSAGES = """
subscribe("in/+", function(topic, payload) print("got", topic, payload) sleep(0.5) end)
spawn(function()
  for i = 1, 3 do publish("in/" .. i, i) end
  publish("end", "x")
end)
print(recv("end", 10))
print(recv("end", 1))
sleep(3)
exit(7)
"""

COROUTINES = """
local function count(n)
  for i = 1, n do
    coroutine.yield(i)
    sleep(0.1)
  end
  return "over"
end
local function relay(n)
  local inner = coroutine.create(count)
  while true do
    local ok, v = coroutine.resume(inner, n)
    print(ok, v, coroutine.status(inner))
    if coroutine.status(inner) == "dead" then return v end
    coroutine.yield(v * 10)
  end
end
local outer = coroutine.wrap(relay)
print(outer(3)) print(outer()) print(outer()) print(outer())
print(pcall(function() sleep(0.1) error("inside") end))
local _, e = pcall(function() sleep(0.1) error({code = 5}) end)
print(e.code)
local t = setmetatable({}, {__index = function(_, k) return k .. "!" end})
local seen = {}
for k, v in pairs({10, 20, x = 30}) do sleep(0.1) seen[#seen + 1] = k .. "=" .. v .. t.hey end
table.sort(seen)
print(table.concat(seen, " "))
for i, v in ipairs({"x", "y"}) do sleep(0.1) print(i, v) end
goto done
do print("never") end
::done::
print(string.format("%5.2f|%d|%s", 3.14159, 42, "s"), math.maxinteger, -0.0, 1/0)
"""

VALUES = """
local t = setmetatable({}, {__index = string})
string.trim = function(s) return s end
getmetatable("").__concat2 = t
local f = load("local a = ... ; return function() a = a + 1 return a end", "=chunk")(5)
local env = {print = print, x = 3}
local g = load("return function() x = x + 1 return x end", "e", "t", env)()
math.randomseed(42)
math.random()
setmetatable(_G, {__index = function(_, k) return "no " .. k end})
local mi = string.gmatch("a b c", "%a")
print(mi())
local cw = coroutine.wrap(function() for i = 1, 5 do coroutine.yield(i) end end)
print(cw())
local dead = coroutine.create(function() error("x", 0) end)
coroutine.resume(dead)
sleep(1)
print(f(), f(), g(), env.x, nothing, ("x"):trim(), t.rep("a", 3), getmetatable("").__concat2 == t)
print(mi(), cw(), math.random(1000), math.random(1000), coroutine.close(dead))
sleep(1)
print(f(), g(), mi(), cw(), mi())
"""

PROGRAMS = {"tasks": TASKS, "messages": MESSAGES, "coroutines": COROUTINES, "values": VALUES}


def run(source: "str | Path", *engines: str, hop_every: "int | None" = None, args=()):
    """Return (status, what it printed, what it complained)."""
    out, err = io.StringIO(), io.StringIO()
    status = exec_program(source, engines, hop_every, args, True, out, err)
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("program", PROGRAMS)
def test_output_is_the_same_on_both_pythons(program: str) -> None:
    status, out, err = run(PROGRAMS[program], "python")
    assert err == ""
    assert status == (7 if program == "messages" else 0)
    assert run(PROGRAMS[program], "micropython") == (status, out, err)


@pytest.mark.parametrize("engines", [("python",), ("micropython",), ENGINES], ids="-".join)
@pytest.mark.parametrize("hop_every", [1, 2, 5])
@pytest.mark.parametrize("program", PROGRAMS)
def test_output_is_the_same_with_hops(
    program: str, hop_every: int, engines: tuple[str, ...]
) -> None:
    plain = run(PROGRAMS[program], "python")
    assert run(PROGRAMS[program], *engines, hop_every=hop_every) == plain


def test_tasks_print_what_lua_would() -> None:
    _, out, _ = run(TASKS, "python")
    lines = out.splitlines()
    assert lines[0] == "ready\tready"
    assert lines[-1].startswith("ended\t")
    assert "a done\t3" in lines
    assert lines.count("tick\t1") == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_errors_carry_file_line_and_traceback(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.lua"
    path.write_text("local function f(t)\n  return t.x.y\nend\nsleep(1)\nf({})\n")
    status, out, err = run(path, engine)
    assert (status, out) == (1, "")
    assert err.startswith(
        "moonhop: bad.lua:2: attempt to index a nil value (field 'x')\nstack traceback:\n"
    )
    assert "bad.lua:5: in main chunk" in err


@pytest.mark.parametrize("engine", ENGINES)
def test_errors_of_the_api_carry_the_position_of_the_call(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.lua"
    path.write_text("print(pcall(sleep, 'x'))\nsleep(1)\npublish('a/+', 1)\n")
    status, out, err = run(path, engine)
    assert status == 1
    assert out == "false\tbad argument #1 to 'sleep' (number expected, got string)\n"
    assert err.startswith("moonhop: bad.lua:3: bad argument #1 to 'publish' (invalid topic 'a/+'")


def test_a_syntax_error_shows_the_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.lua"
    path.write_text("local x = = 1\n")
    status, _, err = run(path, "python")
    assert status == 1
    assert err.startswith("moonhop: bad.lua:1:")
    assert "local x = = 1" in err


def test_unusable_arguments_end_with_2(tmp_path: Path) -> None:
    for engines, words in ((("lua53",), "unknown engine 'lua53'"), (("luajit",), "does not allow")):
        status, _, err = run("print(1)", *engines)
        assert status == 2
        assert words in err
        assert err.count("\n") == 1
    assert run(tmp_path / "none.lua")[0] == 2
    assert run("print(1)", "python", hop_every=0)[0] == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_reads_and_writes_files_beside_it(engine: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"one\ntwo\n\xff\xfe")
    path = tmp_path / "files.lua"
    path.write_text(
        "for line in fs.lines('rows.csv') do print(#line, line) end\n"
        "fs.write('copy', fs.read('rows.csv')) fs.append('copy', '!')\n"
        "print(fs.exists('copy'), fs.exists('nothing'), fs.stat('copy').size)\n"
        "for _, name in ipairs(fs.list('/')) do print(name) end\n"
        "print(pcall(fs.read, 'nothing'))\n"
    )
    for hop_every in (None, 1):
        status, out, err = run(path, engine, hop_every=hop_every)
        assert (status, err) == (0, "")
        assert out == (
            "3\tone\n3\ttwo\n2\t\xff\xfe\ntrue\tfalse\t11\ncopy\nfiles.lua\nrows.csv\n"
            "false\tnothing: No such file or directory\n"
        )
        assert (tmp_path / "copy").read_bytes() == b"one\ntwo\n\xff\xfe!"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_sees_its_arguments_and_its_node(engine: str) -> None:
    source = "print(...) print(process.args[1], #process.args, node.id, node.engine, process.hops)"
    assert run(source, engine, args=["a", "b"])[1] == "a\tb\na\t2\tlocal\tpython\t0\n"


@pytest.mark.parametrize("engine", ENGINES)
def test_exit_cannot_be_caught(engine: str) -> None:
    assert run("pcall(function() exit(3) end) print('still here')", engine) == (3, "", "")


def test_waiting_for_ever_is_told() -> None:
    status, _, err = run("recv('a/b')", "python")
    assert status == 1
    assert "task 1 waits for a message on 'a/b'" in err


@pytest.mark.parametrize("engine", ENGINES)
def test_micropython_compiles_the_source_itself(engine: str) -> None:
    out = io.StringIO()
    status = exec_program(TASKS, [engine], 3, (), True, out, out, compile_there=True)
    assert (status, out.getvalue()) == run(TASKS, "python")[:2]
