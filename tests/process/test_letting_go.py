"""A process that is let go of leaves nothing big to whoever still has a piece of it: MicroPython's
collector takes stray words for pointers, and a board has no room for two copies."""

import gc
from typing import Any

from moonhop_core.lua.functions import Function
from moonhop_core.process.clock import VirtualClock
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program
from moonhop_core.process.python_builder import ImageBuilder
from moonhop_core.process.python_engine import PythonEngine

SOURCE = """
local seen = {}
local function note(x) seen[#seen + 1] = x end
every(1, function() note("tick") end)
local co = coroutine.wrap(function() while true do coroutine.yield(note) end end)
co()
while true do note(1); sleep(1) end
"""


def started() -> Process:
    process = Process(
        Program.from_source(SOURCE, "go.lua"),
        PythonEngine,
        LocalHost(VirtualClock(0), None, lambda kind, text: None),
    )
    process.start()
    while process.turn():
        pass
    return process


def reach(start: Any) -> list[Any]:
    """Return all that can be reached from an object, but for classes and modules."""
    found: dict[int, Any] = {}
    rest = [start]
    while rest:
        each = rest.pop()
        if id(each) not in found and type(each).__name__ not in ("module", "type", "frame"):
            found[id(each)] = each
            rest.extend(gc.get_referents(each))
    return list(found.values())


def test_frame_of_a_task_does_not_lead_to_the_process_when_that_was_let_go() -> None:
    process = started()
    engine = process.engine
    assert isinstance(engine, PythonEngine)
    machine = engine.machine
    frames = [frame for task in engine.tasks.values() for frame in task.stack]
    functions = [frame[0] for frame in frames if isinstance(frame[0], Function)]
    assert functions
    process.let_go()
    assert all(frame == [] for frame in frames)
    for function in functions:
        assert function.cells == ()
        assert machine not in reach(vars(function))
    assert process not in reach(vars(engine))


def test_what_read_an_image_keeps_none_of_its_objects() -> None:
    lines: list[str] = []
    started().snapshot(lines.append)
    process = Process(
        Program.from_source(SOURCE, "go.lua"),
        PythonEngine,
        LocalHost(VirtualClock(0), None, lambda kind, text: None),
    )
    reader = process.reader()
    for line in lines:
        reader.feed(line)
    engine = process.engine
    assert isinstance(engine, PythonEngine)
    builder = engine.builder
    assert isinstance(builder, ImageBuilder)
    process.finish_restore(reader)
    assert not [value for name, value in vars(builder).items() if name in HELD and value]
    assert engine.tasks


HELD = ("_objects", "_written", "_shapes", "_patches")
