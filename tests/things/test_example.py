"""The same program with recorded data, on every engine, and with the parts of a board."""

import asyncio
import itertools
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from moonhop.boards.things import things_in
from moonhop.boards.virtual import VirtualBoard
from moonhop.execute import exec_program
from moonhop.host import Host
from moonhop.resources import folder
from moonhop.scheduler.rows import NewProcess
from tests.host.fleet import WAIT, on_host
from tests.language.agent import Bytes
from tests.things.test_nodes import until_printed, until_set
from tests.waiting import until

EXAMPLE = folder("examples") / "thermostat.lua"
HARDWARE = Path(__file__).parent / "hardware"
WIRED = """
from chips import Ds18b20, Registers
WORLD["wire"][4] = [Ds18b20(bytes(6), 3.5)]
WORLD["i2c"][0x20] = Registers({})
WORLD["volts"][34] = 1.65
"""
PINS = {"wire": 4, "relay": 5, "led": 2, "button": 0, "light": 34, "sda": 21, "scl": 22, "lamp": 8}
PARTS = {
    "pins": PINS,
    "sensors": {"temperature": {"driver": "onewire", "pins": [4]}},
    "actuators": {"heater": {"driver": "pin", "pins": [5]}},
}


def recorded() -> list[float]:
    """Return the values of the example's data."""
    text = (folder("examples") / "data" / "buoy-b01-sea-temperature.csv").read_text()
    cells = [line.split(",")[1] for line in text.splitlines()[1:]]
    return [float(cell) for cell in cells if cell]


def switchings(low: float, high: float, count: int) -> list[str]:
    """Return what the example has to print."""
    found: list[str] = []
    heating = False
    for value in itertools.chain(recorded()[1:], itertools.cycle(recorded())):
        if (value > high) if heating else (value < low):
            heating = not heating
            found.append(f"{value:.2f} degrees: heater {'on' if heating else 'off'}")
            if len(found) == count:
                break
    return found


def test_thermostat_switches_as_the_recorded_data_say() -> None:
    things = things_in(folder("examples") / "thermostat.toml")
    for engines in (["lua54"], ["python"], ["lua54", "micropython"]):
        out, err = Bytes(), Bytes()
        args = ("4.5", "4.8", "4")
        hops = 7 if len(engines) > 1 else None
        status = exec_program(EXAMPLE, engines, hops, args, True, out, err, things=things)
        assert (status, err.text()) == (0, "")
        assert out.text().splitlines() == switchings(4.5, 4.8, 4)


def on_board(tmp_path: Path, source: bytes, lines: list[str], **wanted: Any) -> None:
    """Run a program on a virtual board with the parts; it has to print the lines, and actuators to
    be set as wanted."""
    flash = tmp_path / "flash"
    shutil.copytree(HARDWARE, flash)
    with (flash / "machine.py").open("a") as file:
        file.write(WIRED)

    async def scenario(host: Host) -> None:
        config = {**asdict(host.add_node("board")), "things": PARTS}
        board = VirtualBoard(config, folder=flash, heap="512K")
        await asyncio.to_thread(board.start)
        try:
            program = host.programs.add(source, "program.lua")
            nodes = host.scheduler.fleet.nodes
            await until(lambda: "board" in nodes and nodes["board"].usable, 90, board.text)
            row = host.scheduler.submit(NewProcess("t", program.hash, []))
            await host.scheduler.wait_started(row.pid, WAIT)
            await until_printed(host, row.pid, len(lines))
            said = [line["text"] for line in host.scheduler.logs.lines(row.pid)]
            assert said == lines, board.text()
            if wanted:
                await until_set(host, "board", wanted)
        finally:
            await asyncio.to_thread(board.stop)

    on_host(tmp_path / "home", scenario)


def test_thermostat_runs_unchanged_on_a_board_with_a_thermometer_and_a_relay(
    tmp_path: Path,
) -> None:
    on_board(tmp_path, EXAMPLE.read_bytes(), ["3.50 degrees: heater on"], heater=True)


def test_programs_on_a_board_use_pins_and_buses_by_all_their_methods(tmp_path: Path) -> None:
    source = b"""
local led, button = pin("led", "out"), pin("button", "in", {pull = "up"})
led:set(true) print(led:get(), led:toggle(), button:get())
local seen = led:on(function(level) print("led", level) end)
sleep(0.1) led:set(true) sleep(0.1) print(seen:cancel())
print(pcall(pwm, "led", 50))
led:close()
local w = pwm("led", 50) w:set(0.25) w:freq(100) w:close()
local a = adc("light") print(a:read() < 0.6, string.format("%.2f", a:volts())) a:close()
local b = i2c("sda", "scl")
b:write(0x20, "A", 3) print(b:scan()[1], b:read(0x20, 1, 3)) b:close()
local o = onewire("wire") print(#o:scan(), o:read(o:scan()[1])) o:close()
local l = neopixel("lamp", 3) l:fill(1, 2, 3) l:set(3, 4, 5, 6) l:show() l:close()
print("done")"""
    lines = [
        "true\tfalse\ttrue",
        "led\ttrue",
        "true",
        "false\tpin 'led' is in use as pin; close that first",
        "true\t1.65",
        "32\tA",
        "1\t3.5",
        "done",
    ]
    on_board(tmp_path, source, lines)
