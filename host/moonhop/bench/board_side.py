"""The part of `board.py` that runs under MicroPython: orders come as lines of JSON, so do answers.

Times are microseconds, heap is bytes.
"""

import gc
import json
import os
import sys
import time

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.process import Process

    Order = dict[str, Any]

# CPython's modules have none of these
ticks_us: "Callable[[], int]" = getattr(time, "ticks_us")  # noqa: B009
ticks_diff: "Callable[[int, int], int]" = getattr(time, "ticks_diff")  # noqa: B009

KEPT = 8 << 10  # bytes of a thread's stack that unix keeps for itself
COARSE = 20000  # the processor time of a run shorter than this is too coarse
mem_alloc: "Callable[[], int]" = getattr(gc, "mem_alloc")  # noqa: B009
at_start: "list[int]" = []  # the heap in use before anything of the core was loaded


class Form:
    """A program's module, as an import would give it."""


def used_heap() -> int:
    """Return the bytes in use."""
    gc.collect()
    return mem_alloc()


def processor_us() -> int:
    """Return the processor time that this thread has had, to a few milliseconds (Linux)."""
    with open("/proc/thread-self/schedstat") as file:
        return int(file.read().split()[0]) // 1000


def make_process(order: "Order", form: "Any", lines: "list[str]") -> "Process":
    """Return a process of a compiled program, not yet started."""
    from moonhop_core.process.clock import VirtualClock
    from moonhop_core.process.local_host import LocalHost
    from moonhop_core.process.process import Process
    from moonhop_core.process.program import Program
    from moonhop_core.process.python_engine import PythonEngine

    program = Program.from_forms(
        order["name"], order["hash"], order["manifest"], {"micropython": form}
    )
    host = LocalHost(VirtualClock(), None, lambda kind, text: lines.append(text))
    node = {"id": "bench", "kind": "bench", "tags": []}
    return Process(program, PythonEngine, host, args=order["args"], node=node)


def run(order: "Order") -> "dict[str, Any]":
    """Run a compiled program to its end."""
    lines: list[str] = []
    form = order["form"]
    if order["module"]:
        form = __import__(order["module"])
        del sys.modules[order["module"]]
    process = make_process(order, form, lines)
    gc.collect()
    begin = ticks_us()
    process.start()
    started = ticks_us()
    before = processor_us()
    while process.turn():
        pass
    after = processor_us()
    elapsed = ticks_diff(ticks_us(), started)
    failure = process.failure
    status = process.status
    process.let_go()
    if status != "ended":
        return {"error": (failure or ["it is " + status])[0]}
    return {
        "start": ticks_diff(started, begin),
        "run": elapsed if elapsed < COARSE else after - before,
        "output": "\n".join(lines),
    }


def heap(order: "Order") -> "dict[str, Any]":
    """Load runtime and program, and start it. What this module takes does not count."""
    text = order.pop("form")
    make_process(order, None, [])
    runtime = used_heap() - len(text) - at_start[0]
    names: dict[str, Any] = {}
    exec(text, names)
    for name, value in names.items():
        setattr(Form, name, value)
    text = ""
    process = make_process(order, Form, [])
    process.start()
    return {"runtime": runtime, "all": used_heap() - at_start[0]}


def image(order: "Order") -> "dict[str, Any]":
    """Run a program to its middle, then write and read its image again and again."""
    process = make_process(order, order["form"], [])
    process.start()
    for _ in range(order["rests"]):
        process.turn()
    if process.status != "running":
        return {"error": (process.failure or ["it is " + process.status])[0]}
    writing = []
    reading = []
    lines: list[str] = []
    for _ in range(order["repeats"]):
        lines = []
        gc.collect()
        begin = ticks_us()
        process.snapshot(lines.append)
        writing.append(ticks_diff(ticks_us(), begin))
        copy = make_process(order, order["form"], [])
        copy.engine  # noqa: B018 - loads the program, which is no part of reading
        gc.collect()
        begin = ticks_us()
        copy.restore(lines)
        reading.append(ticks_diff(ticks_us(), begin))
        copy.let_go()
    return {"write": writing, "read": reading, "lines": lines}


def compile_lua_text(order: "Order") -> "dict[str, Any]":
    """Compile Lua text to Python text."""
    before = used_heap()
    from moonhop_core.lang.compile import compile_lua
    from moonhop_core.lang.emit_python import emit_python

    loaded = used_heap()
    begin = ticks_us()
    lowered = compile_lua(order["source"], order["name"])
    text = emit_python(lowered)
    ended = ticks_us()
    return {
        "compiler": loaded - before,
        "tree": used_heap() - loaded,
        "us": ticks_diff(ended, begin),
        "size": len(text),
    }


ORDERS = {"run": run, "heap": heap, "image": image, "compile": compile_lua_text}


def serve() -> None:
    """Carry out orders until there are no more."""
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        order = json.loads(line)
        line = ""
        try:
            told = ORDERS[order["what"]](order)
        except Exception as error:
            told = {"error": type(error).__name__ + ": " + str(error)}
        print(json.dumps(told))


def load_all() -> None:
    """Load the runtime where there is much stack: unix has names of files on it, 4 kB for each
    module that is loaded by another one; a board has 128 bytes."""
    import moonhop_core.lua.base
    import moonhop_core.lua.depth
    import moonhop_core.lua.faults
    import moonhop_core.lua.string_matching
    import moonhop_core.process.clock
    import moonhop_core.process.local_host
    import moonhop_core.process.messages
    import moonhop_core.process.process
    import moonhop_core.process.program
    import moonhop_core.process.python_engine  # noqa: F401


def main() -> None:
    """Serve, with a stack for deep programs. On a board, all of the runtime is in one module, so
    none of it is imported sooner."""
    at_start.append(used_heap())
    from moonhop_core.process.deep import run_deep

    stack = int(os.getenv("MOONHOP_STACK") or 0)
    if stack:
        load_all()
        stack += KEPT
    run_deep(serve, stack)


main()
