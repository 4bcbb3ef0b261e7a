"""Checks of a board's drivers, run by the real MicroPython against the hardware's edge."""

# mypy: ignore-errors
# ruff: noqa: PT017, PT018 - MicroPython runs it, without pytest

import asyncio

from chips import Bmp280, Ds18b20, Registers, Sht3x
from machine import WORLD

from board_things import make_things
from moonhop_core.things.things import ThingError

PINS = {"led": 2, "button": 0, "light": 34, "sda": 21, "scl": 22, "wire": 4, "lamp": 8, "fan": 5}


class Owner:
    def __init__(self, pid):
        self.pid = pid


ONE, TWO = Owner("p1"), Owner("p2")


def things(**config):
    config["pins"] = PINS
    return make_things(config, lambda: 0)


def fails(function, *args):
    try:
        function(*args)
    except ThingError as error:
        return str(error)
    raise AssertionError("it did not fail")


def reading(made, name):
    return asyncio.run(made.read(name))


def check_a_digital_pin_is_set_read_and_let_float_at_the_end():
    made = things()
    made.do(ONE, "pin", ["led"], "open", [{"mode": "out"}, None])
    made.do(ONE, "pin", ["led"], "set", [True])
    assert WORLD["out"][2] == 1 and made.do(ONE, "pin", ["led"], "get", []) is True
    assert made.do(ONE, "pin", ["led"], "toggle", []) is False and WORLD["out"][2] == 0
    made.do(ONE, "pin", ["button"], "open", [{"mode": "in", "pull": "up"}, None])
    assert made.do(ONE, "pin", ["button"], "get", []) is True
    WORLD["levels"][0] = 0
    assert made.do(ONE, "pin", ["button"], "get", []) is False
    said = fails(made.do, ONE, "pin", ["button"], "set", [True])
    assert said == "a pin that is open for reading cannot be set"
    made.release(ONE)
    assert 2 not in WORLD["out"]


def check_a_pin_belongs_to_one_process_until_it_lets_go():
    made = things(sensors={"door": {"driver": "pin", "pins": [0]}})
    made.do(ONE, "pin", ["led"], "open", [{"mode": "out"}, None])
    said = fails(made.do, TWO, "pwm", ["led"], "open", [{"hz": 5}, None])
    assert said == "pin 'led' is held by process p1"
    said = fails(made.do, ONE, "pwm", ["led"], "open", [{"hz": 5}, None])
    assert said == "pin 'led' is in use as pin; close that first"
    made.do(ONE, "pin", ["led"], "close", [])
    made.do(TWO, "pwm", ["led"], "open", [{"hz": 5}, None])
    made.release(TWO)
    reading(made, "door")
    said = fails(made.do, ONE, "pin", ["button"], "open", [{"mode": "in"}, None])
    assert said == "pin 'button' belongs to sensor 'door'"
    assert "no pin 'nose'; it has button, fan" in fails(
        made.do, ONE, "pin", ["nose"], "open", [{"mode": "in"}, None]
    )


def check_buses_are_shared():
    made = things()
    WORLD["i2c"][0x20] = Registers({0: 7})
    for owner in (ONE, TWO):
        made.do(owner, "i2c", ["sda", "scl"], "open", [{"hz": 100000}, None])
        assert made.do(owner, "i2c", ["sda", "scl"], "read", [0x20, 1, 0]) == "\x07"
    made.release(ONE)
    assert made.do(TWO, "i2c", ["sda", "scl"], "scan", []) == [0x20]
    made.do(TWO, "i2c", ["sda", "scl"], "write", [0x20, "\x01\xff", None])
    assert WORLD["i2c"][0x20].registers[1] == 255
    said = fails(made.do, TWO, "i2c", ["sda", "scl"], "read", [0x33, 1, None])
    assert said == "i2c 'sda', 'scl': it does not answer (ENODEV); check its wires"
    said = fails(made.do, ONE, "pin", ["sda"], "open", [{"mode": "in"}, None])
    assert said == "pin 'sda' is held by process p2"
    made.release(TWO)


def check_analog_pins_give_volts_and_shares():
    WORLD["volts"][34] = 1.65
    made = things(sensors={"light": {"driver": "adc", "pins": [34], "factor": 100, "offset": -15}})
    assert abs(reading(made, "light") - 150) < 0.01
    made = things()
    made.do(ONE, "adc", ["light"], "open", [{}, None])
    assert abs(made.do(ONE, "adc", ["light"], "read", []) - 0.5) < 0.001
    assert abs(made.do(ONE, "adc", ["light"], "volts", []) - 1.65) < 0.001


def check_pulse_widths_are_set_and_set_again_elsewhere():
    made = things(actuators={"fan": {"driver": "pwm", "pins": [5], "hz": 25000}})
    made.do(ONE, "actuator", ["fan"], "open", [{}, None])
    made.do(ONE, "actuator", ["fan"], "set", [0.5])
    assert WORLD["duty"][5] == [25000, 32768] and made.values() == {"fan": 0.5}
    state = made.do(ONE, "actuator", ["fan"], "state", [])
    said = fails(made.do, ONE, "actuator", ["fan"], "set", [2])
    assert said == "it takes a number from 0 to 1"
    assert fails(made.do, TWO, "actuator", ["fan"], "open", [{}, None]).endswith(
        "held by process p1"
    )
    made.release(ONE)
    assert 5 not in WORLD["duty"] and WORLD["out"][5] == 0
    made.do(TWO, "actuator", ["fan"], "open", [{}, state])
    assert WORLD["duty"][5] == [25000, 32768]
    made.release(TWO)
    made.do(ONE, "pwm", ["led"], "open", [{"hz": 50}, None])
    assert "too high" in fails(made.do, ONE, "pwm", ["led"], "freq", [50000000])
    made.release(ONE)


def check_switches_can_be_inverted_and_are_off_at_the_end():
    made = things(actuators={"relay": {"driver": "pin", "pins": [2], "inverted": True}})
    made.do(ONE, "actuator", ["relay"], "open", [{}, None])
    assert WORLD["out"][2] == 1
    made.do(ONE, "actuator", ["relay"], "set", [True])
    assert WORLD["out"][2] == 0
    made.release(ONE)
    assert WORLD["out"][2] == 1


def check_thermometers_at_a_wire_are_found_and_read_with_checksums():
    cold, warm = (
        Ds18b20(b"\x01\x02\x03\x04\x05\x06", -10.125),
        Ds18b20(b"\x09\x02\x03\x04\x05\x06", 21.5),
    )
    WORLD["wire"][4] = [cold, warm]
    made = things(sensors={"soil": {"driver": "onewire", "pins": [4], "id": warm.rom.hex()}})
    assert reading(made, "soil") == 21.5
    made.do(ONE, "onewire", ["wire"], "open", [{}, None])
    found = made.do(ONE, "onewire", ["wire"], "scan", [])
    assert sorted(found) == sorted([cold.rom.hex(), warm.rom.hex()])
    assert asyncio.run(made.chip(ONE, "wire", cold.rom.hex())) == -10.125
    warm.spoilt = 1
    try:
        reading(made, "soil")
        raise AssertionError("a wrong checksum was taken")
    except ThingError as error:
        assert "CRC error" in str(error)
    WORLD["wire"][4] = []
    try:
        reading(made, "soil")
        raise AssertionError("a wire without chips was read")
    except ThingError as error:
        assert "no chip answers" in str(error)
    made.release(ONE)


def check_chips_at_i2c_are_read_as_their_data_sheets_say():
    WORLD["i2c"][0x76] = Bmp280()
    WORLD["i2c"][0x44] = Sht3x(22.5, 48.0)
    bus = {"driver": "i2c", "pins": [21, 22]}
    made = things(
        sensors={
            "pressure": dict(bus, chip="bmp280", measure="pressure"),
            "warmth": dict(bus, chip="bmp280"),
            "air": dict(bus, chip="sht3x"),
            "humidity": dict(bus, chip="sht3x", measure="humidity"),
        }
    )
    assert reading(made, "warmth") == 25.08
    assert abs(reading(made, "pressure") - 1006.5327) < 0.001
    assert abs(reading(made, "air") - 22.5) < 0.01
    assert abs(reading(made, "humidity") - 48) < 0.01
    WORLD["i2c"][0x44].spoilt = 4
    try:
        reading(made, "air")
        raise AssertionError("a wrong checksum was taken")
    except ThingError as error:
        assert "checksum" in str(error)
    del WORLD["i2c"][0x76]
    try:
        reading(made, "warmth")
        raise AssertionError("a chip that is not there was read")
    except ThingError as error:
        assert str(error) == "sensor 'warmth': it does not answer (ENODEV); check its wires"


def check_a_plain_register_is_a_sensor_or_an_actuator():
    chip = WORLD["i2c"][0x48] = Registers({0: 0xFF, 1: 0x80})
    bus = {"driver": "i2c", "pins": [21, 22], "chip": "register", "address": 0x48, "bytes": 2}
    made = things(
        sensors={"lm75": dict(bus, signed=True, factor=1 / 256)},
        actuators={"level": dict(bus, register=4)},
    )
    assert reading(made, "lm75") == -0.5
    made.do(ONE, "actuator", ["level"], "open", [{}, None])
    made.do(ONE, "actuator", ["level"], "set", [513])
    assert (chip.registers[4], chip.registers[5]) == (2, 1)
    assert "does not fit" in fails(made.do, ONE, "actuator", ["level"], "set", [70000])
    made.release(ONE)
    assert (chip.registers[4], chip.registers[5]) == (0, 0)


def check_lamps_are_filled_set_and_dark_at_the_end():
    made = things(actuators={"lamp": {"driver": "neopixel", "pins": [8], "count": 2}})
    sent = WORLD["sent"]
    made.do(ONE, "neopixel", ["lamp"], "open", [{"count": 2}, None])
    made.do(ONE, "neopixel", ["lamp"], "fill", [[1, 2, 3]])
    made.do(ONE, "neopixel", ["lamp"], "set", [1, [9, 8, 7]])
    assert not sent
    made.do(ONE, "neopixel", ["lamp"], "show", [])
    assert sent[-1] == (8, b"\x02\x01\x03\x08\x09\x07")
    state = made.do(ONE, "neopixel", ["lamp"], "state", [])
    made.release(ONE)
    assert sent[-1] == (8, bytes(6))
    made.do(TWO, "neopixel", ["lamp"], "open", [{"count": 2}, state])
    assert sent[-1] == (8, b"\x02\x01\x03\x08\x09\x07")
    made.release(TWO)
    made.do(ONE, "actuator", ["lamp"], "open", [{}, None])
    made.do(ONE, "actuator", ["lamp"], "set", [[255, 0, 0]])
    assert sent[-1] == (8, b"\x00\xff\x00" * 2)
    assert "a colour" in fails(made.do, ONE, "actuator", ["lamp"], "set", ["red"])
    made.release(ONE)


def check_the_chip_s_own_thermometer_is_in_degrees_celsius():
    made = things(
        sensors={"chip": {"driver": "mcu_temperature"}, "old": {"driver": "raw_temperature"}}
    )
    assert reading(made, "chip") == 41 and abs(reading(made, "old") - 50) < 0.01
