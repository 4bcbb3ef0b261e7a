"""``moonhop watch`` has on a node what was saved last."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.host.running import FLEET, RunningHost

BOARD = 60.0  # seconds; its files may have to be made first
PROGRAM = 'print "{}"\nwhile true do sleep(0.1) end\n'


def state_of(running: RunningHost, told: dict[str, Any]) -> str:
    state: str = running.http.get(f"/api/processes/{told['pid']}").json()["state"]
    return state


def test_program_that_is_saved_runs_on_a_board_soon_after(
    running: RunningHost, tmp_path: Path
) -> None:
    board = running.do(
        running.host.workers.start_micropython(running.host.add_node("board")), BOARD
    )
    running.do(running.host.wait_for_worker(board, BOARD), BOARD)
    file = tmp_path / "blink.lua"
    file.write_text(PROGRAM.format("one"))
    command = [sys.executable, "-m", "moonhop", "watch", str(file), "--node", "board"]
    env = {**os.environ, "MOONHOP_HOME": str(running.home)}
    watch = subprocess.Popen(
        [*command, "--fleet", FLEET],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        text=True,
    )
    try:
        assert watch.stdout
        assert watch.stderr
        for text, pid in (("one", "p1"), ("two", "p2")):
            file.write_text(PROGRAM.format(text))
            assert watch.stderr.readline().startswith(f"moonhop: {pid} runs on board, ")
            assert watch.stdout.readline() == f"{text}\n"
    finally:
        watch.send_signal(2)
        watch.communicate(timeout=30)
    assert watch.returncode == 0


def test_saved_program_replaces_the_old_one_unless_it_does_not_compile(
    running: RunningHost, tmp_path: Path
) -> None:
    running.do(running.host.workers.start_cpython(running.host.add_node("desk")))
    desk = running.host.workers.of("desk")
    assert desk
    running.do(running.host.wait_for_worker(desk))
    file = tmp_path / "blink.lua"
    file.write_text(PROGRAM.format("one"))
    command = [sys.executable, "-m", "moonhop", "watch", str(file), "--node", "desk", "--json"]
    env = {**os.environ, "MOONHOP_HOME": str(running.home)}
    watch = subprocess.Popen(
        [*command, "--fleet", FLEET], stdout=subprocess.PIPE, env=env, start_new_session=True
    )
    try:
        assert watch.stdout
        first = json.loads(watch.stdout.readline())
        assert first["node"] == "desk"
        file.write_text("print(")
        wrong = json.loads(watch.stdout.readline())
        assert wrong["pid"] == first["pid"]
        assert "blink.lua:1" in wrong["error"]
        assert state_of(running, first) == "running"
        file.write_text(PROGRAM.format("two"))
        second = json.loads(watch.stdout.readline())
        assert second["pid"] != first["pid"]
        assert second["seconds"] < 20  # on a busy machine
        assert state_of(running, first) == "stopped"
        assert state_of(running, second) == "running"
    finally:
        watch.send_signal(2)
        watch.communicate(timeout=30)
    assert watch.returncode == 0
    assert state_of(running, second) == "stopped"
