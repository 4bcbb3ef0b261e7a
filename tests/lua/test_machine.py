"""The machine: tasks, suspension, coroutines, errors with their places, units."""

from typing import Any

import pytest

from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_python import emit_python
from moonhop_core.lua.errors import LuaError
from moonhop_core.lua.machine import Machine
from moonhop_core.lua.values import Suspend


class Bench:
    """A machine with a program and an operation `sleep` that suspends."""

    def __init__(self, source: str):
        self.printed: list[str] = []
        self.machine = Machine()
        self.machine.print = self.printed.append
        self.machine.op = self.op
        self.machine.operations = lambda: ["sleep", "now", "fail"]
        self.machine.suspends = lambda name: name == "sleep"
        self.machine.load_unit(emit_python(compile_lua(source, "test.lua")))
        self.task = self.machine.spawn(self.machine.main())

    def op(self, name: str, args: list[Any]) -> Any:
        if name == "sleep":
            return Suspend(args)
        if name == "fail":
            raise LuaError("the host says no", 1)
        return [42]

    def go(self, *values: Any, error: LuaError | None = None) -> tuple[Any, ...]:
        return self.machine.resume(self.task, values, error)


def run(source: str) -> list[str]:
    bench = Bench(source)
    assert bench.go()[0] == "done"
    return bench.printed


def test_task_waits_and_goes_on_with_the_values_it_is_given():
    bench = Bench("local a, b = sleep(1, 'x') print(a, b, now()) return a + b, 'end'")
    assert bench.go() == ("wait", [1, "x"])
    assert bench.go(2, 3) == ("done", [5, "end"])
    assert bench.printed == ["2\t3\t42"]


def test_error_can_be_delivered_into_a_waiting_call():
    bench = Bench("print(pcall(function() sleep(1) end))\nsleep(2)")
    assert bench.go()[0] == "wait"
    assert bench.go(error=LuaError("late", 1)) == ("wait", [2])
    assert bench.printed == ["false\ttest.lua:1: late"]
    outcome = bench.go(error=LuaError("again", 1))
    assert outcome[0] == "failed"
    assert str(outcome[1]) == "test.lua:2: again"
    assert outcome[1].traceback == ["test.lua:2: in main chunk"]


def test_frames_are_data():
    bench = Bench(
        "local function f(x, ...) local y = x + 1 sleep(y) return y, ... end\n"
        "local t = {} t[1], t[2] = f(1, 'more') print(t[1], t[2])"
    )
    assert bench.go() == ("wait", [2])
    main, frame = bench.task.stack
    assert frame[0].proto.name == "f"
    assert len(frame) == 3 + frame[0].proto.live[frame[1]]
    assert len(main) == 3 + main[0].proto.live[main[1]]
    assert bench.go()[0] == "done"
    assert bench.printed == ["2\tmore"]


def test_wait_inside_coroutines_goes_through_to_the_task():
    bench = Bench(
        "local co = coroutine.wrap(function(a) local b = sleep(a) coroutine.yield(b)"
        " return sleep('last') end) print(co(1)) print(co()) print(pcall(co))"
    )
    assert bench.go() == ("wait", [1])
    assert bench.go("slept") == ("wait", ["last"])
    assert bench.go("end")[0] == "done"
    assert bench.printed == ["slept", "end", "false\tcannot resume dead coroutine"]


def test_traversal_that_waits_carries_the_keys_still_to_come():
    bench = Bench(
        "local t = {a = 1, b = 2, c = 3} local n = 0\n"
        "for k, v in pairs(t) do n = n + v t[k] = nil sleep(k) end print(n, next(t))"
    )
    seen = []
    outcome = bench.go()
    while outcome[0] == "wait":
        seen.append(outcome[1][0])
        outcome = bench.go()
    assert sorted(seen) == ["a", "b", "c"]
    assert bench.printed == ["6\tnil"]


def test_suspension_through_a_direct_function_is_an_error_that_names_the_place():
    bench = Bench(
        "local function slow(a, b)\n  sleep(1)\n  return a < b\nend\n"
        "print(pcall(table.sort, {3, 1, 2}, slow))"
    )
    assert bench.go()[0] == "done"
    assert bench.printed == [
        "false\tattempt to suspend in 'slow' (test.lua:2), called through a function that cannot"
    ]


def test_yield_outside_a_coroutine_is_an_error():
    assert run("print(pcall(coroutine.yield, 1))") == [
        "false\tattempt to yield from outside a coroutine"
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("local a return a.b", "attempt to index a nil value (local 'a')"),
        ("return up.x", "attempt to index a nil value (upvalue 'up')"),
        ("return g.x.y", "attempt to index a nil value (global 'g')"),
        ("local t = {} t.a.b = 1", "attempt to index a nil value (field 'a')"),
        ("nofunction()", "attempt to call a nil value (global 'nofunction')"),
        ("local t = {} t:m()", "attempt to call a nil value (method 'm')"),
        ("local x return x + 1", "attempt to perform arithmetic on a nil value (local 'x')"),
        ("local s return 'a' .. s", "attempt to concatenate a nil value (local 's')"),
        ("return {} < {}", "attempt to compare two table values"),
        ("return 1.5 | 1", "number has no integer representation"),
        ("error('own')", "own"),
        ("fail()", "the host says no"),
    ],
)
@pytest.mark.parametrize("suspends", ["", "sleep(1) "])
def test_errors_name_variable_and_line_in_both_forms(body: str, message: str, suspends: str):
    bench = Bench("local up\nprint(pcall(function()\n" + suspends + body + "\nend))")
    while bench.go()[0] == "wait":
        pass
    assert bench.printed == ["false\ttest.lua:3: " + message]


def test_stack_overflow_is_an_ordinary_error():
    (line,) = run("local function f(n) return f(n + 1) + 1 end print(pcall(f, 1))")
    assert line == "false\ttest.lua:1: stack overflow"


def test_dead_coroutine_keeps_its_variables_open_until_it_is_closed():
    assert run(
        "local function closer() return setmetatable({}, {__close = function(_, e) print('closed',"
        " e) end}) end\n"
        "local co = coroutine.create(function() local x <close> = closer() error('boom', 0) end)\n"
        "print(coroutine.resume(co)) print(coroutine.close(co))"
    ) == ["false\tboom", "closed\tboom", "false\tboom"]


def test_load_makes_numbered_units_that_know_their_source():
    bench = Bench("f = load('return function(x) return x + (...) end', '=piece') print(f(1)(2))")
    assert bench.go()[0] == "failed"  # (...) is outside of a vararg function
    bench = Bench("f = load('local n = ... return function(x) return x + n end') print(f(1)(2))")
    assert bench.go()[0] == "done"
    unit = bench.machine.units[1]
    assert bench.printed == ["3"]
    assert unit.source == unit.given
    assert [proto.ident for proto in unit.protos] == ["1/0", "1/1"]
    again = Machine()
    again.load_unit(emit_python(compile_lua("", "test.lua")))
    assert again.compile_unit(unit.source, unit.given).protos[1].kinds == unit.protos[1].kinds


def test_deeply_nested_statements_are_flattened():
    depth = 30
    source = (
        "local n = 0 "
        + " ".join(f"for i{i} = 1, 1 do" for i in range(depth))
        + " n = n + 1 "
        + "end " * depth
        + "print(n)"
    )
    assert run(source) == ["1"]


def test_cancelled_task_closes_what_it_holds_open():
    bench = Bench(
        "local x <close> = setmetatable({}, {__close = function() print('closed') end}) sleep(1)"
    )
    assert bench.go()[0] == "wait"
    bench.machine.cancel(bench.task)
    assert bench.printed == ["closed"]
