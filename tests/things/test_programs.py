"""What programs do with sensors and actuators, on all engines, without a fleet."""

from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.things import things_in
from tests.language.engines import AGENT, DOUBLES_ONLY, Engine

THINGS = """
[sensors.temperature]
driver = "recorded"
file = "data.csv"
column = "warmth"
every = 0.5
[sensors.door]
driver = "constant"
value = true
[actuators.fan]
driver = "kept"
"""
DATA = 'time,"warmth"\n1,4.5\n2,\n3,5.25\n4,6.75\n'


@pytest.fixture
def things(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "data.csv").write_text(DATA)
    (tmp_path / "things.toml").write_text(THINGS)
    return things_in(tmp_path / "things.toml")


def program(folder: Path, text: str, engine: str = "python") -> Path:
    path = folder / "program.lua"
    allowed = '--! engines = ["luajit", "lua54", "python"]\n' if engine in DOUBLES_ONLY else ""
    path.write_text(allowed + text)
    return path


def lines(engine: Engine, folder: Path, things: dict[str, Any] | None, text: str) -> list[str]:
    found = engine.run(program(folder, text, engine.name), things)
    assert (found.status, found.err) == (0, "")
    return found.out.splitlines()


def test_sensor_says_what_was_recorded_for_the_time_and_begins_again(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    text = """
local s = sensor("temperature")
for _ = 1, 5 do print(s:read()) sleep(0.5) end
print(sensor("door"):read())"""
    said = lines(engine, tmp_path, things, text)
    assert said == ["4.5", "5.25", "6.75", "4.5", "5.25", "true"]


def test_on_hears_each_row_until_it_is_cancelled(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    text = """
local sub, n = nil, 0
sub = sensor("temperature"):on(function(v)
  n = n + 1
  print(v, string.format("%.1f", now()))
  if n == 3 then print(sub:cancel()) end
end)"""
    said = lines(engine, tmp_path, things, text)
    assert said == ["5.25\t0.5", "6.75\t1.0", "4.5\t1.5", "true"]


def test_on_reads_as_often_as_it_is_told_and_slow_handlers_get_the_last_value(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    text = """
local heard = {}
sensor("temperature"):on(function(v)
  heard[#heard + 1] = string.format("%.1f:%s", now(), v)
  if #heard == 2 then sleep(2.1) end
  if #heard == 4 then print(table.concat(heard, " ")) exit(0) end
end, 0.25)"""
    said = lines(engine, tmp_path, things, text)
    assert said == ["0.2:4.5 0.5:5.25 2.6:6.75 2.8:6.75"]


def test_actuator_keeps_what_it_was_set_to(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    text = """
local fan = actuator("fan")
print(fan:get())
fan:set(0.5) print(actuator("fan"):get())
fan:set(true) print(fan:get())
fan:set({255, 0, 7}) print(table.concat(fan:get(), " "))
print(pcall(fan.set, fan, {speed = 3}))
print(pcall(fan.set, fan, print))
fan:close()
print(select(2, pcall(fan.set, fan, 1)))"""
    said = lines(engine, tmp_path, things, text)
    assert said[:4] == ["nil", "0.5", "true", "255 0 7"]
    assert all(line.startswith("false\t") for line in said[4:6]), said
    assert said[6] == "attempt to use a closed actuator"


def test_things_that_are_not_there_are_errors_that_name_those_that_are(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    text = """
print(select(2, pcall(sensor, "warmth")))
print(select(2, pcall(actuator, "door")))
print(select(2, pcall(pin, "led", "out")))
print(select(2, pcall(i2c, "sda", "scl")))"""
    assert lines(engine, tmp_path, things, text) == [
        "this node has no sensor 'warmth'; it has door, temperature",
        "this node has no actuator 'door'; it has fan",
        "this node has no pin 'led'; it has none",
        "this node has no pin 'sda'; it has none",
    ]
    text = 'print(select(2, pcall(sensor, "temperature")))'
    assert lines(engine, tmp_path, None, text) == [
        "this node has no sensor 'temperature'; it has none"
    ]


def test_an_error_of_a_thing_names_the_line_that_asked(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    text = '\nlocal fan = actuator("fan")\nlocal s = sensor("warmth")\nprint(s)'
    found = engine.run(program(tmp_path, text, engine.name), things)
    assert found.status == 1
    line = 4 if engine.name in DOUBLES_ONLY else 3
    assert f"program.lua:{line}: this node has no sensor 'warmth'" in found.err


def test_arguments_of_pins_are_checked_before_the_node_is_asked(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    text = """
local function try(...) print((select(2, pcall(...)):gsub("^.-bad argument", "bad argument"))) end
try(pin, "led", "sideways")
try(pin, "led", "in", {pull = "left"})
try(pwm, "led", 0)
try(neopixel, "led", 0)
try(sensor, "a/b")
try(sensor)"""
    assert lines(engine, tmp_path, things, text) == [
        "bad argument #2 to 'pin' (invalid mode 'sideways'; there are in, out, open_drain)",
        "bad argument #3 to 'pin' (pull must be 'up' or 'down')",
        "bad argument #2 to 'pwm' (a frequency from 1 Hz on)",
        "bad argument #2 to 'neopixel' (from 1 to 300)",
        "bad argument #1 to 'sensor' (no name of a thing)",
        "bad argument #1 to 'sensor' (string expected, got no value)",
    ]


def test_recorded_data_that_end_are_an_error_that_can_be_caught(
    engine: Engine, tmp_path: Path, things: dict[str, Any]
) -> None:
    things["sensors"]["temperature"]["loop"] = False
    text = """
local s = sensor("temperature")
sleep(1) print(s:read())
sleep(0.5)
local ok, why = pcall(s.read, s)
print(ok, why:match("data.csv ends after 3 rows"))"""
    said = lines(engine, tmp_path, things, text)
    assert said == ["6.75", "false\tdata.csv ends after 3 rows"]


HOPPING = """
local s, fan = sensor("temperature"), actuator("fan")
fan:set(0.25)
local heard = {}
s:on(function(v) heard[#heard + 1] = v fan:set(v) end)
every(0.3, function() heard[#heard + 1] = -fan:get() sleep(0.1) heard[#heard + 1] = s:read() end)
local n = 0
repeat sleep(0.45) n = n + 1 until n == 6
print(table.concat(heard, " "))
exit(0)
"""


@pytest.mark.parametrize("every", [1, 2, 5])
def test_sensors_and_actuators_are_the_same_after_hops_between_engines(
    tmp_path: Path, things: dict[str, Any], every: int
) -> None:
    path = program(tmp_path, HOPPING)
    plain = AGENT.run(path, ["lua54"], things=things)
    assert plain.status == 0, plain
    hopping = AGENT.run(path, ["lua54", "micropython", "python"], every, things=things)
    assert hopping == plain


def test_sensors_and_actuators_are_the_same_after_hops_from_and_to_luajit(
    tmp_path: Path, things: dict[str, Any]
) -> None:
    path = program(tmp_path, HOPPING, "luajit")
    plain = AGENT.run(path, ["luajit"], things=things)
    assert plain.status == 0, plain
    assert AGENT.run(path, ["luajit", "micropython", "lua54"], 2, things=things) == plain
