"""How long the start of a process takes."""

import time

from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.fleet import Fleet
from moonhop.bench.local import NODE, engine_maker
from moonhop.bench.measurements import Effort
from moonhop.isolation.choice import leg_process_maker
from moonhop.isolation.nursery import Nursery
from moonhop_core.process.clock import RealClock
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program

SOURCE = """--! engines = ["lua54", "luajit", "python"]
local n = 0
every(60, function() n = n + 1 end)
publish("bench/started", "yes")
"""
GOAL = 0.5  # ms
PEER = "VNetOS Lua 3 ms, node.js 140 ms"
REQUESTS = 30


async def measure(effort: Effort) -> list[Figure]:
    """Start a small program, compiled before: in this Python up to its first rest, per engine; and
    by a request to a running worker, up to the message that the program sends."""
    figures = []
    for engine in ("lua54", "luajit", "python"):
        effort.say(f"start on {engine}")
        samples = starts(engine, effort.times(300, 20))
        goal = GOAL if engine == "lua54" else None
        figures.append(of_samples(f"start/{engine}", samples, "ms", PEER, goal))
    effort.say("start on luajit, isolated")
    samples, turns = isolated("luajit", effort.times(100, 10))
    figures.append(of_samples("start/luajit, isolated", samples, "ms", PEER))
    figures.append(of_samples("start/turn there and back, isolated", turns, "ms"))
    effort.say("start by a request to a running worker")
    samples = await requests(effort.times(REQUESTS, 3))
    figures.append(of_samples("start/request to first message", samples, "ms"))
    return figures


def starts(engine: str, count: int) -> list[float]:
    """Return the milliseconds of each start: process made, engine made, main task at rest."""
    program = Program.from_source(SOURCE, "start.lua")
    maker = engine_maker(engine)
    samples = []
    for _ in range(count + 5):
        host = LocalHost(RealClock(), None, lambda kind, text: None)
        begin = time.perf_counter()
        process = Process(program, maker, host, node=NODE)
        process.start()
        process.turn()
        samples.append((time.perf_counter() - begin) * 1e3)
        process.stop()
    return samples[5:]


def isolated(engine: str, count: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each start in an OS process of its own, forked by a zygote that
    runs already, and of a turn that does next to nothing."""
    program = Program.from_source(SOURCE.replace("every(60", "every(0.000001"), "start.lua")
    nursery = Nursery()
    make = leg_process_maker(nursery, engine)
    starts, turns = [], []
    try:
        for _ in range(count + 5):
            host = LocalHost(RealClock(), None, lambda kind, text: None)
            begin = time.perf_counter()
            process = make(program, None, host, node=NODE)
            process.start()
            process.turn()
            rest = time.perf_counter()
            process.turn()
            turns.append((time.perf_counter() - rest) * 1e3)
            starts.append((rest - begin) * 1e3)
            process.let_go()
    finally:
        nursery.close()
    return starts[5:], turns[5:]


async def requests(count: int) -> list[float]:
    """Return the milliseconds from asking the scheduler to hearing the program, through all of it:
    plan, database, broker, worker, program."""
    samples = []
    async with Fleet() as fleet:
        for at in range(count + 2):
            begin = time.perf_counter()
            row = await fleet.run(SOURCE, "start", "n1")
            await fleet.wait_heard("bench/started", at + 1, row.pid)
            samples.append((time.perf_counter() - begin) * 1e3)
            await fleet.host.scheduler.end(row.pid)
    return samples[2:]
