"""The host or a board dies amid a roll-out: no board is lost, and the same command finishes it."""

import asyncio
import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.virtual import VirtualBoard
from moonhop.cli.client import Client, Refused
from moonhop.state import State
from tests.boards.field import BIRTH, ROOM
from tests.brokers import free_port
from tests.host.running import FLEET
from tests.host.shell import Shell
from tests.host.up_command import UpCommand, running
from tests.waiting import until

STEPS = ("fetches", "starts again")  # those of updates.py that take their time
LONGEST = 110.0  # seconds
ENDED = "moonhop: the host has ended; start one with: moonhop up; then go on with the same command"


@pytest.mark.parametrize("step", STEPS)
def test_host_killed_amid_a_roll_out_leaves_boards_that_the_same_command_updates(
    tmp_path: Path, step: str
) -> None:
    async def die(host: UpCommand, board: VirtualBoard) -> None:
        host.kill()

    async def live(host: UpCommand, board: VirtualBoard) -> None:
        await host.start()

    code, told = asyncio.run(asyncio.wait_for(broken(tmp_path, step, die, live), LONGEST))
    assert (code, told) == (1, ENDED)


@pytest.mark.parametrize("step", STEPS)
def test_board_cut_off_its_power_amid_its_update_is_updated_by_the_same_command(
    tmp_path: Path, step: str
) -> None:
    async def die(host: UpCommand, board: VirtualBoard) -> None:
        await asyncio.to_thread(board.kill)

    async def live(host: UpCommand, board: VirtualBoard) -> None:
        await asyncio.to_thread(board.start)

    code, told = asyncio.run(asyncio.wait_for(broken(tmp_path, step, die, live), LONGEST))
    if step == "starts again":  # it may have been told already
        assert (code, "shed: runs set" in told) == (0, True) or "shed: rolled back to set" in told
    else:
        assert (code, "shed: not updated: " in told) == (1, True), told


async def broken(home: Path, step: str, die: Any, live: Any) -> tuple[int, str]:
    """Update a board; at a step something dies, and lives again when the command has ended, if it
    has. Update it again. Return how the first command ended, and what it told."""
    shell = Shell(home)
    shell.env["MOONHOP_FLEET"] = FLEET
    changes = home / "changes.json"
    changes.write_text('{"tags": ["zone=north"]}')
    update = ("update", "--config", str(changes))
    ports = ("--port", str(free_port()), "--mqtt-port", str(free_port()))
    async with running(shell, ["up", "--no-worker", *ports]) as host:
        with contextlib.ExitStack() as stack:
            client = Client(State(FLEET, home).address())
            config = client.post("/api/nodes/shed/credential", {"replace": False})
            config["board"] = "virtual"
            board = VirtualBoard(config, folder=home / "shed", rom=False, heap=ROOM)
            board.start()
            stack.callback(board.stop)
            await until(lambda: is_ready(client), BIRTH, board.text)
            first = running_set(board)
            command = subprocess.Popen(
                [sys.executable, "-m", "moonhop", *update],
                cwd=home,
                env=shell.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            stack.enter_context(command)
            stack.callback(command.kill)
            await until(lambda: is_at(client, step), BIRTH, "it does not come so far")
            await die(host, board)
            if step != "starts again":  # what it waits for then is a birth
                await asyncio.to_thread(command.wait)
            await live(host, board)
            told, _ = await asyncio.to_thread(command.communicate)
            await until(lambda: is_ready(client), BIRTH, board.text)
            result = await asyncio.to_thread(shell, *update)
            assert result.returncode == 0, (result, board.text())
            assert running_set(board) != first
            [node] = client.get("/api/nodes")
            assert node["tags"] == ["zone=north"]
            return command.returncode, told.strip()


def is_ready(client: Client) -> bool:
    return any(node["state"] == "ready" for node in client.get("/api/nodes"))


def is_at(client: Client, step: str) -> bool:
    """Tell whether the board's update is at a step, having heard of all that are before."""
    try:
        heard = client.events("/api/nodes/shed/update?follow=true")
        return any(update["step"] == step for update in heard)
    except Refused:  # it has not begun
        return False


def running_set(board: VirtualBoard) -> str:
    """Return the set that a board will run."""
    found: str = json.loads((board.folder / "moonhop_boot.json").read_text())["set"]
    return found
