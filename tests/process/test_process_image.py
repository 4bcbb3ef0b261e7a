"""The image of a whole process on engine python: what it holds, and what is refused."""

import random

import pytest

from moonhop_core.process.clock import VirtualClock
from moonhop_core.process.image import ImageError
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program
from moonhop_core.process.python_engine import PythonEngine

SOURCE = """
local n, list = 0, {1, "two", 3.5}
every(1, function() n = n + 1 list[n] = n print("tick", n) end)
subscribe("a/#", function(topic, payload) print(topic, payload) sleep(0.5) end)
local co = coroutine.wrap(function() for i = 1, 9 do coroutine.yield(i) end end)
spawn(function(x) while true do sleep(0.7) print(x, co()) end end, "task")
print(recv("b", 100))
"""


class Rig:
    """A process of SOURCE, run for 2 s of virtual time with messages waiting."""

    def __init__(self, source: str = SOURCE) -> None:
        self.program = Program.from_source(source, "image.lua")
        self.clock = VirtualClock(1_000_000)
        self.printed: list[str] = []
        self.host = LocalHost(self.clock, None, lambda kind, text: self.printed.append(text))
        self.process = Process(self.program, PythonEngine, self.host)
        self.process.start()

    def until(self, moment: int) -> "Rig":
        while True:
            while self.process.turn():
                pass
            due = self.process.due()
            if due is None or due > moment:
                self.clock.wait(moment)
                return self
            self.clock.wait(due)

    def image(self) -> list[str]:
        lines: list[str] = []
        self.process.snapshot(lines.append)
        return lines

    def restored(self, lines: "list[str] | list[bytes]") -> "Rig":
        other = Rig.__new__(Rig)
        other.__dict__.update(self.__dict__)
        other.printed = []
        other.clock = VirtualClock(self.clock.time)
        other.host = LocalHost(other.clock, None, lambda kind, text: other.printed.append(text))
        other.process = Process(self.program, PythonEngine, other.host)
        other.process.restore(lines, arrived=False)
        return other


@pytest.fixture(scope="module")
def rig() -> Rig:
    made = Rig().until(3_000_000)
    for i in range(3):
        made.process.deliver(f"a/{i}", str(i))
    while made.process.turn():
        pass
    return made


def test_an_image_of_an_image_is_the_same(rig: Rig) -> None:
    lines = rig.image()
    again = rig.restored(lines).image()
    assert sorted(map(len, again[:-1])) == sorted(map(len, lines[:-1]))
    assert rig.restored(again).until(9_000_000).printed


def test_the_copy_and_the_original_go_on_alike() -> None:
    rig = Rig().until(3_000_000)
    other = rig.restored(rig.image())
    before = len(rig.printed)
    rig.until(8_000_000)
    other.until(8_000_000)
    assert rig.printed[before:] == other.printed
    assert len(other.printed) > 10


def test_every_flipped_byte_of_a_process_is_refused_or_harmless(rig: Rig) -> None:
    data = ("\n".join(rig.image()) + "\n").encode()
    expected = rig.restored(data.splitlines()).until(6_000_000).printed
    generator = random.Random(1)
    refusals = []
    for _ in range(1500):
        place = generator.randrange(len(data))
        altered = bytearray(data)
        altered[place] ^= 1 << generator.randrange(8)
        try:
            found = rig.restored(bytes(altered).split(b"\n")[:-1])
        except ImageError as error:
            refusals.append(str(error))
        else:
            assert found.until(6_000_000).printed == expected
    assert len(refusals) > 1400
    assert [text for text in refusals if "\n" in text] == []


def test_every_cut_of_a_process_is_refused(rig: Rig) -> None:
    lines = rig.image()
    for end in range(len(lines)):
        with pytest.raises(ImageError):
            rig.restored(lines[:end])


def test_another_program_is_refused(rig: Rig) -> None:
    other = Rig(SOURCE + "\n")
    with pytest.raises(ImageError, match="of another program or version"):
        other.restored(rig.image())


def test_what_cannot_be_written_is_named_and_the_process_goes_on() -> None:
    rig = Rig("cache = {} every(1, function() print(1) end)").until(1_000_000)
    engine = rig.process.engine
    assert isinstance(engine, PythonEngine)
    cache = engine.machine.globals.h["cache"]
    cache.h["handle"] = open  # no value of Lua: a fault, or a part of the host
    with pytest.raises(ImageError, match=r"_G\.cache\.handle"):
        rig.image()
    rig.until(3_000_000)
    assert rig.printed == ["1", "1"]
    del cache.h["handle"]
    assert rig.restored(rig.image()).until(5_000_000).printed == ["1", "1"]


def test_ten_thousand_linked_tables_and_closures_come_back() -> None:
    rig = Rig(
        "local head for i = 1, 10000 do local n = head head = {next = n, f = function() "
        "return n end} end sleep(1) local n = 0 while head do assert(head.f() == head.next) "
        "head = head.next n = n + 1 end print(n)"
    )
    rig.process.turn()
    assert rig.restored(rig.image()).until(3_000_000).printed == ["10000"]


def test_a_library_that_was_not_touched_costs_nothing() -> None:
    rig = Rig("sleep(1)")
    rig.process.turn()
    assert sum(map(len, rig.image())) < 1100
