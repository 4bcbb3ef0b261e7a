"""The trampoline: runs frame-form code, and what may suspend, without nesting on Python's stack.

A coroutine's stack holds frames (`[closure, pc, closers, slot …]`, see docs/architecture.md) and
between them markers, lists that start with a string: `["pcall"]`, `["xpcall", handler]`,
`["require", module, loader data]`, `["again", module]` (it waits for another task that loads it),
`["resume", coroutine]` and `["wrap", coroutine]` (what this coroutine has resumed). Where Lua runs
in deep form (depth.py), `["more", coroutine]` is where a stack goes on in another list, which
begins with `["under", frame]`, the frame that it is called by.
"""

from builtins import isinstance, len, list, min, tuple, type
from sys import maxsize

from moonhop_core.lua.arguments import handler_argument
from moonhop_core.lua.errors import NO_MEMORY, LuaError
from moonhop_core.lua.functions import Bound, Function
from moonhop_core.lua.heap import size
from moonhop_core.lua.metamethods import metamethod, trouble
from moonhop_core.lua.support import CALL, TAIL
from moonhop_core.lua.unwinding import close_frame, close_stack, unwind
from moonhop_core.lua.values import FALSE, TRUE, Coroutine, Suspend, Table, as_tuple, results

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from moonhop_core.lua.machine import Machine

SEGMENT = 15  # frames: deeper recursion in deep form takes another list of them, see depth.on_top
# A frame takes half as many bytes of heap, so endless recursion ends before that is full.
MOST_FRAMES = min(
    190000, size() // (192 if maxsize >> 32 else 96)
)  # on one stack; 190,000 as on the other engines

# What the trampoline does itself, because it may suspend.
SPECIAL = (
    "pcall",
    "xpcall",
    "require",
    "coroutine.yield",
    "coroutine.resume",
    "coroutine.wrap.next",
)


def run(
    machine: "Machine",
    root: Coroutine,
    co: Coroutine,
    value: "Any",
    error: "Exception | None" = None,
) -> "tuple[str, Any]":
    """Go on in `co`, which `root` has resumed (through others), or is.

    Returns ("done", result) when root ends, ("yield", result) when root yields, ("wait", wait)
    when it waits; root's own failure is raised.
    """
    func: "Any" = None
    callee: "Any" = None
    args: "Sequence[Any]" = ()
    if error is None and co.function is not None:
        func = co.function
        args = as_tuple(value)
        co.function = None
        co.args = ()
    co.status = "running"
    machine.current = co.alias or co
    stack = co.stack
    stepping = tail = False
    while True:
        try:
            if error is not None:
                raise error
            while True:
                if func is not None:
                    # call func with args
                    if type(func) is Table:
                        handler = metamethod(func, "__call")
                        if handler is None:
                            raise not_callable(func)
                        args = (func,) + tuple(args)
                        func = handler
                        continue
                    if not isinstance(func, Function):
                        raise not_callable(func)
                    proto = func.proto
                    if machine.deep and type(proto) is not str and proto.about[4] & 4:
                        from moonhop_core.lua.depth import deep_function, on_top

                        func = deep_function(func)
                        proto = func.proto
                        if len(stack) >= SEGMENT and not tail:
                            co = on_top(co)
                            stack = co.stack
                    if func.frame:
                        if tail:
                            stack.pop()
                            tail = False
                        if len(stack) > MOST_FRAMES:
                            from moonhop_core.lua.depth import overflow

                            raise overflow(stack)
                        stack.append(new_frame(func, proto, args))
                        func = None
                    elif type(proto) is str and proto in machine.suspending:
                        callee = func
                        func = None
                        if tail and proto != "require":
                            stack.pop()
                            tail = False
                        if proto == "pcall" or proto == "xpcall":
                            func, args = protect(stack, proto, args)
                            continue
                        if proto == "require":
                            from moonhop_core.lua import modules

                            func, args = modules.begin(machine, co, args, tail)
                            tail = False
                            if func is not None:
                                continue
                            value = args
                        elif proto == "coroutine.yield":
                            if co is root:
                                if co.parent is None or co.alias is not None:
                                    raise machine.cannot_suspend(proto)
                                co.status = "suspended"
                                return "yield", results(args)
                            co.status = "suspended"
                            co = back(machine, co)
                            stack = co.stack
                            marker = stack.pop()
                            value = results(args)
                            if marker[0] == "resume":
                                value = (TRUE,) + tuple(args)
                        elif proto == "coroutine.resume" or proto == "coroutine.wrap.next":
                            if proto == "coroutine.resume":
                                to = thread_argument(args)
                                args = args[1:]
                            else:
                                assert isinstance(callee, Bound)
                                to = callee.state.h[1]
                            why = refusal(to)
                            if why:
                                if proto == "coroutine.wrap.next":
                                    raise LuaError(why, 1)
                                value = (FALSE, why)
                            else:
                                kind = "resume" if proto == "coroutine.resume" else "wrap"
                                stack.append([kind, to])
                                co = switch(machine, co, to)
                                stack = co.stack
                                value = results(args)
                                if co.function is not None:
                                    func = co.function
                                    co.function = None
                                    continue
                        else:
                            given = list(args)
                            if isinstance(callee, Bound):
                                given.insert(0, callee.state)
                            found = machine.operate(proto, given)
                            if isinstance(found, Suspend):
                                if root.parent is not None or machine.depth:
                                    raise machine.cannot_suspend(proto)
                                return "wait", found.wait
                            value = results(found)
                    else:
                        callee = func
                        func = None
                        value = callee.cn(args)
                        if tail:
                            stack.pop()
                            tail = False
                # deliver value to the top of the stack
                if not stack:
                    co.status = "dead"
                    if co is root:
                        return "done", value
                    co = back(machine, co)
                    stack = co.stack
                    if stack.pop()[0] == "resume":
                        value = (TRUE,) + as_tuple(value)
                    continue
                top = stack[-1]
                if type(top[0]) is str:
                    stack.pop()
                    if top[0] == "again":
                        func = machine.builtins["require"]
                        args = (top[1],)
                    else:
                        value = passed(machine, top, value)
                    continue
                stepping = True
                value = top[0].step(top, value)
                stepping = False
                if value is CALL:
                    func = machine.func
                    args = machine.args
                    if func is None:
                        raise not_callable(None)
                elif value is TAIL:
                    func = machine.func
                    args = machine.args
                    tail = True
                    if func is None:
                        raise not_callable(None)
                else:
                    if top[2]:
                        error = close_frame(machine, top, None)
                        if error is not None:
                            raise error
                    stack.pop()
        except Exception as exception:
            if machine.deep:
                machine.spare = None
            nameless = not stepping and (not stack or type(stack[-1][0]) is str)
            failed = machine.settle(exception, stack, stepping, callee if nameless else None)
            listed = stepping
            stepping = tail = False
            func = error = None
            while True:
                caught = unwind(machine, co, failed, listed)
                listed = False
                if caught is not None:
                    value = caught
                    break
                co.status = "dead"
                failed = co.error
                if co is root:
                    raise failed
                co = back(machine, co)
                stack = co.stack
                marker = stack.pop()
                if marker[0] == "resume":
                    value = (FALSE, failed.value)
                    break
                if marker[0] == "more":
                    continue
                failed = placed(close_stack(machine, marker[1], failed) or failed, stack)


def placed(error: LuaError, stack: "list[Any]") -> LuaError:
    """Return the error of a coroutine that `wrap` made, the position of who called it put before
    the message (manual 6.2)."""
    if type(error.value) is not str or error.value == NO_MEMORY:
        return error
    from moonhop_core.lua.faults import position

    return LuaError(position(1, [], stack, False) + error.value, 0, error.traceback)


def protect(stack: "list[Any]", name: str, args: "Sequence[Any]") -> "tuple[Any, Sequence[Any]]":
    """Put the marker of pcall or xpcall on the stack; gives what they call."""
    if name == "pcall":
        if not args:
            raise LuaError("bad argument #1 to 'pcall' (value expected)", 1)
        stack.append(["pcall"])
        func, args = args[0], args[1:]
    else:
        handler_argument(args)
        stack.append(["xpcall", args[1]])
        func, args = args[0], args[2:]
    if func is None:
        raise not_callable(None, False)
    return func, args


def passed(machine: "Machine", marker: "list[Any]", value: "Any") -> "Any":
    """Return what a marker makes of the results that pass it."""
    if marker[0] == "under":
        return value
    if marker[0] == "require":
        from moonhop_core.lua import modules

        return modules.finish(machine, marker[1], marker[2], value)
    return (TRUE,) + as_tuple(value)


def switch(machine: "Machine", co: Coroutine, to: Coroutine) -> Coroutine:
    """`co` resumes `to`, which becomes the running one."""
    co.status = "normal"
    to.status = "running"
    to.parent = co
    machine.current = to
    return to


def back(machine: "Machine", co: Coroutine) -> Coroutine:
    """Go back to the coroutine that resumed `co`."""
    parent = co.parent
    assert parent is not None
    co.parent = None
    parent.status = "running"
    machine.current = parent.alias or parent
    return parent


def refusal(co: Coroutine) -> str:
    """Say why a coroutine cannot be resumed, or ""."""
    if co.status == "suspended":
        return ""
    if co.status == "dead":
        return "cannot resume dead coroutine"
    return "cannot resume non-suspended coroutine"


def not_callable(func: "Any", named: bool = True) -> LuaError:
    """Return the error of a call that the trampoline cannot make."""
    error = trouble("call", func, ("call",) if named else None)
    error.level = 1 if named else 0
    return error


def new_frame(func: "Any", proto: "Any", args: "Sequence[Any]") -> "list[Any]":
    """Return the frame of a call: arguments adjusted to the parameters, extra ones packed."""
    params = proto.params
    count = len(args)
    given = tuple(args)
    if count > params:
        given = given[:params]
    elif count < params:
        given += (None,) * (params - count)
    if proto.vararg:
        given += (tuple(args[params:]),)
    return list((func, 0, None) + given)  # no larger than it has to be: there may be many


def thread_argument(args: "Sequence[Any]") -> "Any":
    """Return what coroutine.resume is to resume."""
    from moonhop_core.lua import coroutines

    return coroutines.thread_argument(args[0] if args else None, "resume")
