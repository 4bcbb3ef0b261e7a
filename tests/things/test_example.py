"""The same program with recorded data, on every engine, and with the parts of a board."""

import asyncio
import itertools
import shutil
from dataclasses import asdict
from pathlib import Path

from moonhop.boards.things import things_in
from moonhop.boards.virtual import VirtualBoard
from moonhop.execute import exec_program
from moonhop.host import Host
from moonhop.resources import folder
from moonhop.scheduler.rows import NewProcess
from tests.host.fleet import WAIT, on_host
from tests.language.agent import Bytes
from tests.things.test_nodes import until_printed, until_set

EXAMPLE = folder("examples") / "thermostat.lua"
HARDWARE = Path(__file__).parent / "hardware"
COLD = "from chips import Ds18b20\nWORLD['wire'][4] = [Ds18b20(bytes(6), 3.5)]\n"
PARTS = {
    "pins": {"wire": 4, "relay": 5},
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


def test_thermostat_runs_unchanged_on_a_board_with_a_thermometer_and_a_relay(
    tmp_path: Path,
) -> None:
    flash = tmp_path / "flash"
    shutil.copytree(HARDWARE, flash)
    with (flash / "machine.py").open("a") as file:
        file.write(COLD)

    async def scenario(host: Host) -> None:
        config = {**asdict(host.add_node("board")), "things": PARTS}
        board = VirtualBoard(config, folder=flash, heap="512K")
        await asyncio.to_thread(board.start)
        try:
            program = host.programs.add(EXAMPLE.read_bytes(), EXAMPLE.name)
            ready = lambda: "board" in host.scheduler.fleet.nodes  # noqa: E731
            async with asyncio.timeout(90):
                while not ready() or not host.scheduler.fleet.nodes["board"].usable:
                    await asyncio.sleep(0.05)
            row = host.scheduler.submit(NewProcess("t", program.hash, []))
            await host.scheduler.wait_started(row.pid, WAIT)
            await until_printed(host, row.pid, 1)
            said = [line["text"] for line in host.scheduler.logs.lines(row.pid)]
            assert said == ["3.50 degrees: heater on"], board.text()
            await until_set(host, "board", {"heater": True})
        finally:
            await asyncio.to_thread(board.stop)

    on_host(tmp_path / "home", scenario)
