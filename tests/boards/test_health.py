"""A board that fails starts again, says why, and does not fail for ever."""

import asyncio
import contextlib
import datetime
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.virtual import VirtualBoard
from moonhop_core.node.messages import RequestError
from tests.boards.test_starter import put_set
from tests.brokers import Broker
from tests.node.fleet import Fleet, run
from tests.waiting import until

pytestmark = pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
MESSAGES = 300  # and as many answers
SET = "moonhop_boot.json"
PROOF = 3  # seconds
BROKEN = {"moonhop_board.py": b"raise ValueError('this set is broken')\n"}
# The main module of a set that gets into trouble as soon as there is a file of that name.
MAIN = """
import asyncio, os, sys
sys.path.insert(0, "{real}")
sys.modules.pop("moonhop_board")
from moonhop_board import main

run = asyncio.run

async def watch(work):
    other = asyncio.create_task(work)
    while "trouble" not in os.listdir():
        await asyncio.sleep(0.05)
    os.remove("trouble")
    {trouble}

asyncio.run = lambda work: run(watch(work))
"""


class Births:
    """The births of node-a, as they come."""

    def __init__(self, fleet: Fleet, board: VirtualBoard) -> None:
        self._fleet, self._board = fleet, board
        self._session = ""

    async def next(self) -> dict[str, Any]:
        """Wait for the birth of a worker that has not been seen yet."""
        births = self._fleet.births
        await self._fleet.until(
            lambda: (
                births.get("node-a", {}).get("state") == "ready"
                and births["node-a"]["session"] != self._session
            ),
            self._board.text,
        )
        self._session = births["node-a"]["session"]
        return births["node-a"]


@contextlib.asynccontextmanager
async def board_with(
    fleet: Fleet, flash: Path, trouble: str = "", **config: Any
) -> AsyncIterator[tuple[VirtualBoard, Births]]:
    """A board, if need be with a statement that is run once there is a file "trouble"."""
    board = VirtualBoard(fleet.config("node-a", **config), folder=flash)
    try:
        board.start()
        births = Births(fleet, board)
        if trouble:
            await births.next()
            state = json.loads((flash / SET).read_text())
            await asyncio.to_thread(board.kill)
            main = MAIN.format(real=f"/rom/sets/{state['set']}", trouble=trouble)
            name = put_set(flash, {"moonhop_board.py": main.encode()})
            (flash / SET).write_text(json.dumps({"set": name, "trial": None, "boots": 0}))
            board.start()
        yield board, births
    finally:
        await asyncio.to_thread(board.stop)


def test_stuck_board_is_reset_by_its_watchdog_and_says_so(broker: Broker, tmp_path: Path) -> None:
    async def body(fleet: Fleet) -> None:
        stuck = "while True: pass"
        async with board_with(fleet, tmp_path / "flash", stuck, watchdog=2) as (board, births):
            assert (await births.next())["boot"]["cause"] == "power-on"
            (tmp_path / "flash/trouble").touch()
            boot = (await births.next())["boot"]
            assert boot["cause"] == "watchdog"
            assert "is ready" in boot["log"]
            assert board.power.resets == 1

    run(body, broker)


def test_traceback_of_a_crash_is_told_after_the_reboot_and_only_once(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        crash = "raise ValueError('a bug')"
        async with board_with(fleet, tmp_path / "flash", crash) as (_, births):
            await births.next()
            (tmp_path / "flash/trouble").touch()
            boot = (await births.next())["boot"]
            assert boot["cause"] == "reset"
            assert "Traceback" in boot["log"]
            assert "ValueError: a bug" in boot["log"]
            await fleet.ask("node-a", "restart")
            boot = (await births.next())["boot"]
            assert boot["cause"] == "reset"
            assert "log" not in boot

    run(body, broker)


def test_board_in_safe_mode_is_there_refuses_programs_and_leaves_it_when_restarted(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        flash = tmp_path / "flash"
        async with board_with(fleet, flash) as (board, births):
            await births.next()
            state = json.loads((flash / SET).read_text())
            await asyncio.to_thread(board.kill)
            (flash / SET).write_text(json.dumps({**state, "boots": 3}))
            board.start()
            birth = await births.next()
            assert birth["boot"]["safe"] == "3 boots in a row failed"
            assert birth["engines"] == []
            with pytest.raises(RequestError, match="safe mode and runs nothing: 3 boots") as told:
                await fleet.run("node-a", "p1", fleet.program())
            assert told.value.code == "needs"
            assert (await fleet.ask("node-a", "stat"))["processes"] == 0
            await fleet.ask("node-a", "restart")
            birth = await births.next()
            assert "safe" not in birth["boot"]
            assert birth["engines"] == ["python"]

    run(body, broker)


def test_set_with_a_wrong_configuration_is_rolled_back(broker: Broker, tmp_path: Path) -> None:
    async def body(fleet: Fleet) -> None:
        flash = tmp_path / "flash"
        async with board_with(fleet, flash) as (board, births):
            good = (await births.next())["boot"]["set"]
            await asyncio.to_thread(board.kill)
            main = MAIN.format(real=f"/rom/sets/{good}", trouble="pass").encode()
            config = fleet.config("node-a", mqtt_port=1, proof=PROOF)
            files = {"moonhop_board.py": main, "moonhop.json": json.dumps(config).encode()}
            wrong = put_set(flash, files)
            (flash / SET).write_text(json.dumps({"set": good, "trial": wrong, "boots": 0}))
            board.start()
            boot = (await births.next())["boot"]
            assert (boot["set"], boot["failed"]) == (good, wrong)
            assert "no broker with this set of files" in boot["log"]

    run(body, broker)


@pytest.mark.parametrize("rom", [True, False], ids=["ROMFS", "flash"])
def test_board_goes_back_to_its_set_when_another_one_cannot_be_loaded(
    broker: Broker, tmp_path: Path, rom: bool
) -> None:
    async def body(fleet: Fleet) -> None:
        flash = tmp_path / "flash"
        heap = "224K" if rom else "400K"
        board = VirtualBoard(fleet.config("node-a"), folder=flash, rom=rom, heap=heap)
        try:
            board.start()
            births = Births(fleet, board)
            good = (await births.next())["boot"]["set"]
            await asyncio.to_thread(board.kill)
            broken = put_set(flash, BROKEN)
            (flash / SET).write_text(json.dumps({"set": good, "trial": broken, "boots": 0}))
            board.start()
            boot = (await births.next())["boot"]
            assert (boot["set"], boot["failed"], boot.get("trial")) == (good, broken, None)
            assert "this set is broken" in boot["log"]
            assert board.power.resets == 1
        finally:
            await asyncio.to_thread(board.stop)

    run(body, broker)


def test_board_whose_clock_is_wrong_joins_and_learns_the_time_from_the_host(
    broker: Broker, tmp_path: Path
) -> None:
    async def body(fleet: Fleet) -> None:
        flash = tmp_path / "flash"
        flash.mkdir()
        shutil.copy(Path(__file__).parent / "wrong_time/time.py", flash)
        async with board_with(fleet, flash) as (board, births):
            await births.next()
            (said,) = [line for line in board.text().splitlines() if "the clock" in line]
            shown = datetime.datetime.strptime(said[-23:], "%Y-%m-%d %H:%M:%S %Z")
            wrong = datetime.datetime.now(datetime.UTC) - shown.replace(tzinfo=datetime.UTC)
            assert abs(wrong.total_seconds()) < 60
            await fleet.until(lambda: len(fleet.loads) > 1)

    run(body, broker)


def test_messages_cost_no_write_to_flash(broker: Broker, tmp_path: Path) -> None:
    def written(flash: Path) -> dict[Path, tuple[int, int]]:
        """Return what tells each file and folder from what it was before any write."""
        stats = {path: path.stat() for path in (flash, *flash.rglob("*"))}
        return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in stats.items()}

    async def body(fleet: Fleet) -> None:
        flash = tmp_path / "flash"
        async with board_with(fleet, flash) as (_, births):
            await births.next()
            boots = lambda: json.loads((flash / SET).read_text())["boots"]  # noqa: E731
            await until(lambda: not boots(), 5, boots)
            before = written(flash)
            for _ in range(MESSAGES):
                await fleet.ask("node-a", "stat")
            heard = len(fleet.loads)
            await fleet.until(lambda: len(fleet.loads) > heard)
            assert written(flash) == before
            await fleet.ask("node-a", "restart")
            await births.next()
            assert written(flash) != before, "a boot is counted"

    run(body, broker)
