"""Engines lua54 and luajit."""

from itertools import product
from typing import Any

import pytest

from moonhop_core.process.engine import Kept, Obj, ProgramError
from moonhop_core.process.image import ImageError
from tests.engines.running import Host, make, move, run

LUPA = ("lua54", "luajit")
WAYS = [pytest.param(a, b, id=f"{a}-to-{b}") for a, b in product(LUPA, LUPA)]


@pytest.fixture(params=LUPA)
def engine(request: pytest.FixtureRequest) -> str:
    """An engine's name; each test runs with both."""
    return str(request.param)


def moved(source: str, start: str, to: str) -> list[str]:
    """Run a program that moves on to another engine at each rest, and compare with staying."""
    found = run(start, source, [to, start])
    assert found == run(start, source)
    return found


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("local x = nil\nlocal y = x.z", "t.lua:2: attempt to index a nil value (local 'x')"),
        ("\n\nnothing.x = 1", "t.lua:3: attempt to index a nil value (global 'nothing')"),
        ("local t = {}\nt.a.b.c = 1", "t.lua:2: attempt to index a nil value (field 'a')"),
        ("undefined()", "t.lua:1: attempt to call a nil value (global 'undefined')"),
        ("local t = {} t:go()", "t.lua:1: attempt to call a nil value (method 'go')"),
        ("return 1 +\n {}", "t.lua:1: attempt to perform arithmetic on a table value"),
        ("return 1 < 'x'", "t.lua:1: attempt to compare number with string"),
        ("error('mine')", "t.lua:1: mine"),
        ("error('mine', 0)", "mine"),
        ("local function f() error('mine', 2) end\n f()", "t.lua:2: mine"),
        ("string.rep()", "t.lua:1: bad argument #1 to 'rep' (string expected, got no value)"),
    ],
)
@pytest.mark.parametrize("before", ["", "sleep(1) "])
def test_errors_say_what_puc_lua_says(text, message, before, engine):
    assert run(engine, before + text) == [message]


def test_names_of_hoisted_and_shared_locals_come_back_in_errors(engine):
    source = """
    do local x = 1 sleep(x) end
    local x
    local function set(v) x = v end
    print(pcall(function() return x.y end))
    set(nil) sleep(1)
    print(pcall(function() x() end))
    do local x = nil sleep(1) x.z = 1 end
    """
    assert run(engine, source) == [
        "false\tt.lua:5: attempt to index a nil value (upvalue 'x')",
        "false\tt.lua:7: attempt to call a nil value (upvalue 'x')",
        "t.lua:8: attempt to index a nil value (local 'x')",
    ]


def test_level_2_is_the_caller_of_a_function_with_things_to_close(engine):
    source = """local function f()
      local held <close> = nil
      error("level", 2)
    end
    local function g()
      f()
    end
    local function h()
      local held <close> = nil
      g()
    end
    print(pcall(g))
    print(pcall(h))"""
    assert run(engine, source) == ["false\tt.lua:6: level"] * 2


def test_a_failed_task_has_a_traceback_through_frames_and_native_functions(engine):
    source = (
        "local function deep() local x = nil; return x.y + 1 end\n"
        "local function outer()\n sleep(1)\n local v = deep()\n return v\nend\nlocal r = outer()"
    )
    running = make(engine, source)
    running.spawn(1, None, [])
    assert running.resume(1, [])[0] == "wait"
    failed, message, trace = running.resume(1, [])
    assert (failed, message) == ("failed", "t.lua:1: attempt to index a nil value (local 'x')")
    assert trace.split("\n\t") == [
        "stack traceback:",
        "t.lua:1: in function 'deep'",
        "t.lua:4: in function 'outer'",
        "t.lua:7: in main chunk",
    ]


def test_suspending_below_a_comparator_is_an_error_that_names_the_place(engine):
    source = "print(pcall(table.sort, {2, 1},\nfunction(a, b) sleep(1) return a < b end))"
    assert run(engine, source) == [
        "false\tattempt to suspend in '?' (t.lua:2), called through a function that cannot"
    ]


def test_endless_recursion_is_an_error_and_the_program_goes_on(engine):
    source = """
    local function direct(n) return 1 + direct(n + 1) end
    local function frames(n) if n < 0 then sleep(1) end local r = frames(n + 1) return r end
    print((select(2, pcall(direct, 1)):find("stack overflow")) ~= nil)
    print((select(2, pcall(frames, 1)):find("stack overflow")) ~= nil)
    """
    assert run(engine, source) == ["true", "true"]


# ---------------------------------------------------------------- values and the process


def test_values_cross_to_the_host_and_back(engine):
    source = """
    local list, object, text, flag, none = ...
    print(#list, list[2][1], object.id, getmetatable(object).cancel ~= nil, text, flag, none)
    return function(x) return 2 * x end, {1, {2.5, "a"}}, {x = {y = true}}, nil, "\\255\\0", 7
    """
    running = make(engine, source)
    running.spawn(1, None, [[1, ["in"]], Obj("timer", 3), "\xff", True])
    done, (function, list_, pairs, *scalars) = running.resume(1, [])
    assert done == "done"
    assert scalars == [None, "\xff\x00", 7]
    assert running.is_function(function)
    assert running.type_name(list_) == "table"
    assert running.plain(list_) == [1, [2.5, "a"]]
    assert running.plain(pairs) == {"x": {"y": True}}
    with pytest.raises(ProgramError, match="function cannot travel"):
        running.plain(function)
    handle = running.keep(function)
    running.spawn(2, handle, [21])
    assert running.resume(2, []) == ("done", [42])
    running.drop(handle)
    assert running.host.out == ["2\tin\t3\ttrue\t\xff\ttrue\tnil"]


def test_a_table_that_contains_itself_cannot_travel(engine):
    running = make(engine, "local t = {} t.t = t return t")
    running.spawn(1, None, [])
    _, values = running.resume(1, [])
    with pytest.raises(ProgramError, match="contains itself"):
        running.plain(values[0])


def test_a_wait_gets_values_or_raises_at_the_call(engine):
    running = make(engine, "print(pcall(sleep, 1))\nprint(sleep(1))\nsleep(2)")
    running.spawn(1, None, [])
    running.resume(1, [])
    running.resume(1, [], "plain")
    running.resume(1, ["a", {"k": 1}])
    outcome = running.resume(1, [], ProgramError("refused"))
    host: Any = running.host
    assert host.out[0] == "false\tplain"
    assert host.out[1].startswith("a\ttable: ")
    assert outcome[:2] == ("failed", "t.lua:3: refused")


def test_cancelling_a_task_closes_what_it_holds_open(engine):
    source = (
        "local x <close> = setmetatable({}, {__close = function() print('closed') end}) sleep(9)"
    )
    running = make(engine, source)
    running.spawn(1, None, [])
    running.resume(1, [])
    running.cancel(1)
    host: Any = running.host
    assert host.out == ["closed"]


def test_a_fault_of_the_host_comes_out_as_it_is_and_is_no_value_of_the_program(engine):
    class Broken(Host):
        def op(self, name, args):
            if name == "now":
                raise ZeroDivisionError("bug")
            return super().op(name, args)

    host = Broken()
    running = make(engine, "print(pcall(now))", host)
    running.spawn(1, None, [])
    with pytest.raises(ZeroDivisionError):
        running.resume(1, [])
    assert host.out == ["false\tmoonhop failed"]


# ---------------------------------------------------------------- sandbox


OUTSIDE = """
io dofile loadfile python ffi jit bit newproxy getfenv setfenv module loadstring
gcinfo package.loadlib package.cpath package.searchpath
os.execute os.exit os.getenv os.remove os.tmpname os.rename debug.getinfo debug.getupvalue
debug.setmetatable debug.getregistry debug.sethook debug.getlocal
"""


@pytest.mark.parametrize("name", OUTSIDE.split())
def test_a_program_does_not_find(name, engine):
    assert run(engine, f"print({name})") == ["nil"]


def test_nothing_of_the_host_is_reachable_from_what_a_program_sees(engine):
    source = """
    local seen, found = {}, 0
    local function walk(v)
      local t = type(v)
      if t == "userdata" or t == "cdata" then found = found + 1 end
      if t ~= "table" or seen[v] then return end
      seen[v] = true
      for k, x in next, v do walk(k) walk(x) end
      walk(getmetatable(v))
    end
    walk(_G) walk(getmetatable(""))
    print(found, select(2, pcall(error)))
    """
    assert run(engine, source) == ["0\tnil"]


def test_bytecode_is_neither_read_nor_written(engine):
    source = 'print(load("\\27Lua")) print(pcall(string.dump, print))'
    assert run(engine, source) == [
        "nil\tattempt to load a binary chunk (mode is 't')",
        "false\tunable to dump given function",
    ]


def test_the_runtimes_helpers_have_no_names_in_the_program(engine):
    source = """
    print(mh__token, load("return mh__token, mh__P, mh__nested")())
    local mh__token = 5
    local function frame(...) sleep(0) return select("#", ...), (...) end
    print(mh__token, frame(nil, nil, 3))
    """
    assert run(engine, source) == ["nil\tnil\tnil\tnil", "5\t3\tnil"]


def test_a_program_that_empties_its_libraries_hurts_only_itself(engine):
    source = """
    for name in pairs(table) do table[name] = nil end
    for name in pairs(string) do string[name] = nil end
    pcall, error, tostring, select, type, next = nil
    sleep(1)
    print(1, nil, 2.5)
    """
    assert run(engine, source, [engine]) == ["1\tnil\t2.5"]


# ---------------------------------------------------------------- images


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_closures_go_on_sharing_their_upvalues(start, to):
    source = """
    local n, list = 0, {}
    local function direct()
      local m = 10
      return function() m = m + 1 return m end, function() return m end
    end
    for i = 1, 3 do
      list[i] = {function() i = i + n return i end, function() n = n + 1 end}
    end
    local up, look = direct()
    up() sleep(1)
    up() list[2][2]() list[3][2]() sleep(1)
    print(up(), look(), n, list[1][1](), list[1][1](), list[3][1]())
    """
    assert moved(source, start, to) == ["13\t13\t2\t3\t5\t5"]


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_a_recursive_function_is_its_own_upvalue(start, to):
    source = """
    local function fact(n) if n < 2 then return 1 end return n * fact(n - 1) end
    local function down(n) if n == 0 then sleep(1) return "up" end return (down(n - 1)) .. n end
    sleep(1)
    print(fact(10), down(5))
    """
    assert moved(source, start, to) == ["3628800\tup12345"]


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_suspended_coroutines_go_on(start, to):
    source = """
    local outer = coroutine.wrap(function(a)
      local inner = coroutine.wrap(function()
        for i = 1, 3 do sleep(1) coroutine.yield(i * a) end
        return "inner done"
      end)
      for _ = 1, 4 do coroutine.yield(inner()) end
      error("outer failed", 0)
    end)
    for _ = 1, 4 do print(outer(2)) sleep(1) end
    print(pcall(outer))
    local co = coroutine.create(function(...) return select("#", ...) end)
    sleep(1)
    print(coroutine.status(co), coroutine.resume(co, nil, nil), coroutine.status(co))
    """
    assert moved(source, start, to) == [
        *("2", "4", "6", "inner done", "false\touter failed", "suspended\ttrue\tdead")
    ]


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_frames_keep_loops_packs_pcall_and_close(start, to):
    source = """
    local function all(...)
      local mark <close> = setmetatable({}, {__close = function(_, e) print("closed", type(e)) end})
      for i = 3, 1, -1 do sleep(1) print(i, ...) end
      for i = 0.5, 1.0, 0.5 do sleep(1) print((i * 2) // 1 | 0) end
      for w in ("x y"):gmatch("%a") do sleep(1) print(w) end
      error({code = 7})
    end
    local ok, e = pcall(all, "a", nil, nil)
    print(ok, e.code, xpcall(all, function(m) return m.code end))
    """
    found = moved(source, start, to)
    assert found[:7] == ["3\ta\tnil\tnil", "2\ta\tnil\tnil", "1\ta\tnil\tnil", "1", "2", "x", "y"]
    assert found[-1] == "false\t7\tfalse\t7"


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_a_loop_over_pairs_visits_every_key_once(start, to):
    source = """
    local t, n, sum = {}, 0, 0
    for i = 1, 50 do t["k" .. i] = i end
    for k, v in pairs(t) do
      n, sum = n + 1, sum + v
      t[k] = nil
      if n % 10 == 0 then sleep(1) end
    end
    print(n, sum, next(t))
    """
    assert moved(source, start, to) == ["50\t1275\tnil"]


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_tables_keep_identity_cycles_and_metatables(start, to):
    source = """
    local class = {} class.__index = class
    function class:get() return self.v end
    local a, b = setmetatable({v = 1}, class), {}
    a.b, b.a, b[a], b.class = b, a, "key", class
    string.twice = function(s) return s .. s end
    math.pi = nil
    getmetatable("").__len = nil
    sleep(1)
    print(a.b.a == a, b[a], a:get(), getmetatable(a) == b.class, ("x"):twice(), math.pi)
    """
    assert moved(source, start, to) == ["true\tkey\t1\ttrue\txx\tnil"]


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_ten_thousand_tables_inside_each_other(start, to):
    source = """
    local head
    for i = 1, 10000 do head = {next = head} end
    sleep(1)
    local n = 0
    while head do n, head = n + 1, head.next end
    print(n)
    """
    assert moved(source, start, to) == ["10000"]


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_strings_of_any_bytes_and_special_floats_arrive(start, to):
    source = """
    local all = {}
    for i = 0, 255 do all[i + 1] = string.char(i) end
    local text = table.concat(all)
    local zero, inf, nan, tiny, tenth = -0.0, 1 / 0, 0 / 0, 5e-324, 0.1
    sleep(1)
    local same = true
    for i = 0, 255 do same = same and text:byte(i + 1) == i end
    print(#text, same, 1 / zero, inf, nan ~= nan, tiny > 0, tenth == 0.1)
    """
    assert moved(source, start, to) == ["256\ttrue\t-inf\tinf\ttrue\ttrue\ttrue"]


def test_integers_at_both_ends_arrive_on_lua54():
    source = (
        "local a, b = math.maxinteger, math.mininteger sleep(1) print(a, b, math.type(2.0 + a))"
    )
    assert moved(source, "lua54", "lua54") == ["9223372036854775807\t-9223372036854775808\tfloat"]


LOSSES = """local whole, most = 2.0, math.maxinteger
b = {list = {1, 2, 3.0, {deep = math.mininteger + 1}}, exact = 2^53 | 0, half = 0.5}
b[2^60 | 1] = "key"
local function upvalue() return most end
function changed() most = most - 1 return most end
sleep(1)
print(whole, upvalue(), next(b))"""


def test_luajit_says_what_it_could_not_keep_and_where():
    for start in ("lua54", "python"):
        running = make(start, LOSSES)
        running.spawn(1, None, [])
        running.resume(1, [])
        rounded, whole = move(running, "luajit").losses
        assert words(rounded) == [
            "3 integers beyond 2^53 were rounded",
            *("_G.b(a key)", "_G.b.list[4].deep", "_G.changed(upvalue most)"),
        ]
        assert words(whole) == [
            "2 floats with whole values became integers",
            *("_G.b.list[3]", "task 1(local whole)"),
        ]


def words(text: str) -> list[str]:
    """Return what was lost, and the paths, sorted."""
    what, paths = text.removesuffix(")").split(" (", 1)
    return [what, *sorted(paths.split(", "))]


def test_luajit_loses_nothing_that_it_can_hold():
    running = make("lua54", "a, b = {1, -0.0, 0.5, 1 / 0, 2^60}, 1 << 53 sleep(1) print(a, b)")
    running.spawn(1, None, [])
    running.resume(1, [])
    assert move(running, "luajit").losses == []


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_the_random_generator_goes_on_with_the_same_numbers(start, to):
    source = """
    math.randomseed(42)
    for _ = 1, 3 do print(math.random(1000), math.random() < 1, math.random(-5, 5)) sleep(1) end
    """
    found = moved(source, start, to)
    assert found == run("lua54" if start == "luajit" else "luajit", source)


@pytest.mark.parametrize(("start", "to"), WAYS)
def test_loaded_text_goes_along(start, to):
    source = """
    local env = {x = 5}
    local f = load("local n = ... return function() n = n + 1 return n end", "=unit")(10)
    local g = load("x = x + 1 sleep(1) return x", "=other", "t", setmetatable(env, {__index = _G}))
    f() sleep(1)
    print(f(), g(), env.x, load("return 1 +", "=bad"))
    """
    found = moved(source, start, to)
    assert found[0].startswith("12\t6\t6\tnil\tbad:1:")


def test_what_cannot_be_written_is_named_by_its_path(engine):
    running: Any = make(engine, "cache = {handles = {{}}} sleep(1)")
    running.spawn(1, None, [])
    running.resume(1, [])
    plant = running._lua.eval("function(r, f) r.G.cache.handles[1].raw = f end")
    plant(running._r._made, running._lua.eval("function() end"))
    with pytest.raises(ImageError, match=r"_G\.cache\.handles\[1\]\.raw, a function"):
        running.write_image(lambda record: None)


@pytest.mark.parametrize(
    "record",
    [
        ["t", 1, None, None, 5],
        ["t", 1, None, "sx", "f2:99"],
        ["h", 1, "bno.such"],
        ["r", 1, "f2:0", 77, None],
        ["q", 1],
        ["h", 1, "z9"],
        ["f", 5, 1],
        ["m", 1, "odd"],
    ],
)
def test_damaged_records_are_refused(record, engine):
    with pytest.raises(ImageError):
        make(engine, "sleep(1)").read_record(record)


def test_an_image_with_something_missing_is_refused(engine):
    running = make(engine, "sleep(1)")
    running.read_record(["h", 1, "t7"])
    with pytest.raises(ImageError, match="object 7"):
        running.finish_restore()


def test_kept_functions_keep_their_handles(engine):
    running = make(engine, "local n = 0 return function(d) n = n + d return n end")
    running.spawn(1, None, [])
    _, values = running.resume(1, [])
    handle = running.keep(values[0])
    running.spawn(2, handle, [5])
    running.resume(2, [])
    there = move(running, "luajit" if engine == "lua54" else "lua54")
    there.spawn(3, handle, [2])
    assert there.resume(3, []) == ("done", [7])
    there.spawn(4, handle, [Kept(handle)])
    assert there.resume(4, [])[0] == "failed"
    assert there.keep(values[0] and 1) > handle


# ---------------------------------------------------------------- what is loaded when it is named


def test_libraries_that_are_reached_by_a_made_name_are_there(engine):
    names = '"math", "utf8", "os", "json", "coroutine", "fs", "hop", "table", "string"'
    reach = f"for _, n in ipairs({{{names}}}) do print(type(%s[n])) end"
    assert run(engine, reach % "_G") == ["table"] * 9
    assert run(engine, reach % "_ENV") == ["table"] * 9
    assert run(engine, 'print(load("return mat" .. "h.floor(2.5)")())') == ["2"]


@pytest.mark.parametrize("to", LUPA)
def test_a_function_of_a_named_library_moves(engine, to):
    source = "local f, g = math.floor, utf8.char sleep(1) print(f(2.5), g(8364) == '\\u{20AC}')"
    assert moved(source, engine, to) == ["2\ttrue"]


def test_programs_have_no_way_to_bytecode(engine):
    found = run(engine, "print(pcall(string.dump, print)) print(load('\\27Lua'))")
    assert found[0].startswith("false\t")
    assert "unable to dump given function" in found[0]
    assert found[1] == "nil\tattempt to load a binary chunk (mode is 't')"
