"""Which tail calls go in circles, and so take no stack: found for the whole program."""

import textwrap

from moonhop_core.lang.compile import compile_lua
from moonhop_core.lang.emit_python import emit_python
from moonhop_core.lang.parser import parse
from moonhop_core.lang.suspension import analyse
from moonhop_core.lang.tail_calls import tail_calls


def circular(source: str) -> set[str]:
    """Names of the functions of `source` that have a tail call in a circle."""
    chunk = parse(textwrap.dedent(source), "test")
    analyse(chunk)
    return {
        function.name
        for function in chunk.functions
        if any(call.circular for call, _ in tail_calls(function.body))
    }


def test_a_function_that_tail_calls_itself_is_in_a_circle() -> None:
    assert circular("local function f(n) return f(n - 1) end") == {"f"}


def test_a_call_that_is_no_tail_call_is_in_no_circle() -> None:
    assert (
        circular("""
        local function f(n) return 1 + f(n - 1) end
        local function g(n) return (g(n - 1)) end
        local function h(n) return h(n - 1), 2 end
        local function k(n) local x <close> = nil return k(n - 1) end
        local function l(n) for _ in pairs({}) do return l(n) end end
    """)
        == set()
    )


def test_circles_go_through_locals_globals_fields_and_methods() -> None:
    assert circular("""
        local odd
        local function even(n) return odd(n - 1) end
        function odd(n) return even(n - 1) end
        function ping(n) return pong(n) end
        function pong(n) return ping(n) end
        local t = {}
        function t.a(n) return t.b(n) end
        function t.b(n) return t.a(n) end
        function t:go(n) return self:come(n) end
        function t:come(n) return self:go(n) end
    """) == {"even", "odd", "ping", "pong", "t.a", "t.b", "t:go", "t:come"}


def test_states_that_are_found_by_computed_keys_are_in_a_circle() -> None:
    assert circular("""
        local states = {}
        function states.red(n) return run(n, "green") end
        function states.green(n) return run(n, "red") end
        function run(n, name) return states[name](n) end
        local list = {function(n) return step(n) end}
        function step(n) local next = list[n % 7] return next(n) end
    """) == {"states.red", "states.green", "run", "", "step"}


def test_what_is_passed_on_and_then_tail_called_is_in_a_circle() -> None:
    assert circular("""
        local M, states = {}, {}
        function M:run(state, n) return state(self, n) end
        function states.a(self, n) return self:run(states[n], n - 1) end
        local function count(n, k) return k(n, function(v) return k(v) end) end
        count(1, function(n, k) return count(n - 1, k) end)
    """) == {"M:run", "states.a", "count", ""}


def test_delegation_is_in_no_circle_unless_it_may_come_back() -> None:
    assert circular("""
        local List, Stack, Chain = {}, {}, {}
        function List:get(i) return self.items[i] end
        function List:each(f) for i = 1, #self do f(self[i]) end end
        function Stack:top() return self.list:get(self.size) end
        function Stack:push(x) self.items[#self.items + 1] = x return self:note(x) end
        function Stack:note(x) return tostring(x) end
        function Chain:last() return self.rest:last() end
        local object = make(List)
        object.items[1] = make(Stack)
        object:each(function(each) return each:top() end)
        print(pcall(function() return object:get(1) end))
    """) == {"Chain:last"}


def test_a_call_of_what_suspends_is_none_of_these() -> None:
    assert circular("local function f(n) sleep(0) return f(n - 1) end") == set()


def test_functions_in_a_circle_with_a_close_variable_have_frame_form() -> None:
    lowered = compile_lua(
        """
        local g
        local function f(n) do local x <close> = nil end return g(n) end
        function g(n) return f(n) end
        local function h(n) return f(n) end
        """,
        "test",
    )
    frames = [proto.function.name for proto in lowered.protos if proto.frame]
    assert frames == ["f", "g"]
    assert not any(proto.suspends for proto in lowered.protos)


def test_a_functions_call_of_itself_is_a_loop_with_a_check() -> None:
    lowered = compile_lua("local function f(n, m) return f(n - 1, m) end f(1, 2)", "test")
    text = emit_python(lowered, checked=True)
    assert "  while True:\n   TURN\n" in text
    assert "TAIL" not in text
    assert "DEPTH" not in text  # it takes no stack
