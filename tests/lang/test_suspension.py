"""Which functions suspend: found for the whole program, by what values can flow where."""

import textwrap

from moonhop_core.lang.parser import parse
from moonhop_core.lang.suspension import analyse


def suspending(source: str) -> set[str]:
    """Names of the functions of `source` that can suspend."""
    chunk = parse(textwrap.dedent(source), "test")
    found = analyse(chunk)
    return {function.name for function in chunk.functions if found.mask(function)}


def test_a_program_without_suspending_calls_has_only_direct_functions():
    assert (
        suspending("local function f(x) return x + 1 end print(f(1), string.rep('x', 3))") == set()
    )


def test_a_call_of_sleep_suspends_the_caller_and_its_callers_only():
    assert suspending("""
        local function pause() sleep(1) end
        local function work(n) for i = 1, n do pause() end end
        local function compute(n) return n * 2 end
        function unused() return compute(1) end
        work(compute(2))
    """) == {"pause", "work", "main chunk"}


def test_a_function_run_as_a_task_does_not_make_its_maker_suspend():
    assert suspending("""
        spawn(function() while true do sleep(1) end end)
        after(1, function() sleep(1) end)
    """) == {""}


def test_a_suspending_function_stored_in_a_field_is_found_by_the_fields_name():
    assert suspending("""
        local object = {}
        function object.wait() sleep(1) end
        function object:count() return 1 end
        local function a(o) o.wait() end
        local function b(o) o:wait() end
        local function c(o) return o.count() + o:count() end
    """) == {"object.wait", "a", "b"}


def test_a_global_function_is_found_by_its_name():
    assert suspending("""
        function tick() sleep(1) end
        function other() tick() end
        function free() return tock() end
    """) == {"tick", "other"}


def test_a_parameter_suspends_when_a_suspending_function_is_passed_to_it():
    assert suspending("""
        local function apply(f, x) return f(x) end
        local function twice(f, x) return f(f(x)) end
        local function nap(x) sleep(x) end
        local function double(x) return 2 * x end
        apply(nap, 1)
        twice(double, 2)
    """) == {"apply", "nap", "main chunk"}


def test_a_function_that_escapes_to_unknown_places_makes_calls_of_unknown_values_suspend():
    assert suspending("""
        local handlers = {}
        handlers[1] = function() sleep(1) end
        local function run(i) handlers[i]() end
        local function all() for _, h in pairs(handlers) do h() end end
    """) == {"", "run", "all"}


def test_pcall_suspends_when_what_it_calls_does():
    assert suspending("""
        local function risky() sleep(1) end
        local function safe() return 1 end
        local function a() return pcall(risky) end
        local function b() return pcall(safe) end
    """) == {"risky", "a"}


def test_resuming_a_generator_does_not_suspend_but_one_that_sleeps_does():
    assert suspending("""
        local function numbers() for i = 1, 3 do coroutine.yield(i) end end
        local function total()
          local sum = 0
          for x in coroutine.wrap(numbers) do sum = sum + x end
          return sum
        end
    """) == {"numbers"}
    assert suspending("""
        local function numbers() for i = 1, 3 do sleep(1) coroutine.yield(i) end end
        local function total()
          local co = coroutine.create(numbers)
          return coroutine.resume(co)
        end
    """) == {"numbers", "total"}


def test_an_alias_of_a_builtin_is_the_builtin():
    assert suspending("""
        local nap, cosleep = sleep, coroutine.yield
        local function a() nap(1) end
        local function b() cosleep(1) end
    """) == {"a", "b"}


def test_a_library_of_ones_own_patches_the_builtin():
    assert suspending("""
        function table.wait() sleep(1) end
        local function a() table.wait() end
        local function b() return table.concat({}) end
    """) == {"table.wait", "a"}


def test_iterating_over_the_lines_of_a_file_suspends():
    assert suspending("""
        local function count(path)
          local n = 0
          for line in fs.lines(path) do n = n + 1 end
          return n
        end
    """) == {"count"}


def test_joining_a_task_suspends_but_a_method_of_that_name_elsewhere_does_not():
    assert suspending("local function f() local t = spawn(print) t:join() end") == {"f"}
    assert suspending("local function f(t) t:join() end") == set()


def test_globals_reached_through_the_environment_table_are_found():
    assert suspending("""
        _G["pau" .. "se"] = function() sleep(1) end
        local function f() pause() end
    """) == {"", "f"}


def test_a_callable_table_with_a_suspending_call_metamethod_suspends_its_caller():
    assert suspending("""
        local t = setmetatable({}, {__call = function() sleep(1) end})
        local function f() t() end
    """) == {"__call", "f"}


def test_text_loaded_at_run_time_may_define_what_the_program_calls():
    assert suspending("""
        load("function pause() sleep(1) end")()
        local function f() pause() end
        local function g() return math.floor(1.5) end
        local function h(t) return t.x end
    """) == {"f", "main chunk"}


def test_a_suspending_method_read_as_a_field_suspends_when_it_is_called_by_pcall():
    assert suspending("local function f() local t = spawn(print) return pcall(t.join, t) end") == {
        "f"
    }


def test_pcall_of_pcall_suspends_when_what_the_inner_one_calls_does():
    assert suspending("""
        local function nap() sleep(1) end
        local function f() return pcall(pcall, nap) end
    """) == {"nap", "f"}


def test_a_builtin_that_is_hidden_for_a_while_still_suspends():
    assert suspending("""
        local function f() sleep(1) end
        sleep, saved = nil, sleep
        sleep = saved
    """) == {"f"}


def test_a_function_of_ones_own_under_a_builtins_name_is_ones_own():
    assert suspending("function call(x) return x end local function f() call(1) end") == set()
