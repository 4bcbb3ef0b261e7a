"""Damaged images whose hash fits all the same: refused with an ImageError, or a process."""

import json
import random
from typing import Any

import pytest

from moonhop.node.runtime import make_engine
from moonhop_core.process.clock import VirtualClock
from moonhop_core.process.image import ImageError, ImageWriter
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program

SOURCE = """--! engines = ["lua54", "luajit", "python"]
local Point = {} Point.__index = Point
local function point(x, y) return setmetatable({x = x, y = y}, Point) end
local list = {point(1, 2), point(0.5, -1), {1, 2, {3, a = true}}, ["k"] = {}}
local n = 0
local co = coroutine.wrap(function(...) for i = 1, 9 do pcall(coroutine.yield, i) n = n + i end end)
every(1, function() n = n + 1 list[#list + 1] = n end)
string.trim = function(s) return s end
co()
while true do sleep(0.7) co() end
"""
DOSE, LONG = 120, 20_000
ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1 << 70,
    10**9,
    "",
    "s",
    "t1",
    "t999999",
    "f1:99",
    "f3:0",
    "k1",
    "c1",
]
ODD += ["p7", "n3", "bprint", "bnothing", "dxyz", "d", [], {}, ["a", 1], [1, 1], [[[]]], 1.5, "t-1"]


def new_process(engine: str) -> Process:
    host = LocalHost(VirtualClock(1_000_000), None, lambda kind, text: None)
    return Process(Program.from_source(SOURCE, "fuzz.lua"), make_engine(engine), host)


def image_of(engine: str) -> list[Any]:
    """Return the records of a process in the middle of its run, without the last one."""
    process = new_process(engine)
    process.start()
    for _ in range(3):
        process.turn()
    lines: list[str] = []
    process.snapshot(lines.append)
    process.let_go()
    return [json.loads(line) for line in lines[:-1]]


def mutate(records: list[Any], chance: random.Random) -> None:
    """Damage one place: a value, a line, or the order of two lines."""
    at = chance.randrange(1, len(records))
    kind = chance.randrange(5)
    if kind == 0:
        del records[at]
    elif kind == 1:
        other = chance.randrange(1, len(records))
        records[at], records[other] = records[other], records[at]
    elif kind == 2:
        records.insert(at, records[chance.randrange(1, len(records))])
    else:
        record = records[at]
        place = chance.randrange(len(record))
        while type(record[place]) is list and record[place] and chance.random() < 0.7:
            record = record[place]
            place = chance.randrange(len(record))
        record[place] = chance.choice(ODD)


def check(engine: str, count: int, seed: int) -> None:
    """Read so many damaged images; anything but a process or an ImageError fails."""
    chance = random.Random(seed)
    whole = json.dumps(image_of(engine))
    refusals = []
    for _ in range(count):
        records = json.loads(whole)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            mutate(records, chance)
        lines: list[str] = []
        writer = ImageWriter(lines.append)
        for record in records:
            writer.put(record)
        writer.end()
        process = new_process(engine)
        try:
            process.restore(lines)
        except ImageError as error:
            refusals.append(str(error))
        process.let_go()
    assert len(refusals) > count // 3
    assert [text for text in refusals if "\n" in text] == []


@pytest.mark.parametrize("engine", ["lua54", "luajit", "python"])
def test_damaged_images_with_a_fitting_hash_are_refused_or_read(engine: str) -> None:
    check(engine, DOSE, 1)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("engine", ["lua54", "luajit", "python"])
def test_many_damaged_images_with_a_fitting_hash_are_refused_or_read(engine: str) -> None:
    check(engine, LONG, 2)
