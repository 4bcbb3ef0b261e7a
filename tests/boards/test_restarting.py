"""``moonhop board restart`` ends a board's safe mode, and ``moonhop monitor`` hears of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.boards.field import Field
from tests.host.fleet import workers
from tests.host.running import FLEET, RunningHost
from tests.host.shell import Shell
from tests.waiting import wait_for

TIMEOUT = 60.0  # seconds
COUNTER = "while true do print('beep') sleep(0.2) end"


@pytest.fixture
def field(running: RunningHost, monkeypatch: pytest.MonkeyPatch) -> Field:
    return Field(running, monkeypatch)


def test_board_in_safe_mode_takes_programs_after_a_restart_and_a_monitor_sees_all_of_it(
    field: Field, running: RunningHost, tmp_path: Path
) -> None:
    board = field.add("shed")
    shell = Shell(running.home)
    shell.env["MOONHOP_FLEET"] = FLEET
    state = running.home / "shed/moonhop_boot.json"
    try:
        board.kill()
        state.write_text(json.dumps({**json.loads(state.read_text()), "boots": 3}))
        board.start()
        wait_for(lambda: field.is_there("shed") and field.boot("shed").get("safe"), TIMEOUT, "safe")
        monitor = subprocess.Popen(
            [sys.executable, "-m", "moonhop", "monitor", "shed", "--json"],
            stdout=subprocess.PIPE,
            env=shell.env,
        )
        assert monitor.stdout
        told = (json.loads(line) for line in monitor.stdout)
        assert next(told)["text"].startswith("ready, ")
        assert next(told)["text"] == "safe mode, no programs: 3 boots in a row failed"
        restarted = shell("board", "restart", "shed")
        assert restarted.stdout == b"shed has started again and takes programs\n", restarted
        assert "safe" not in field.boot("shed")
        (running.home / "beep.lua").write_text(COUNTER)
        run = shell("run", "beep.lua", "--on", "shed")
        assert run.stdout == b"p1 beep running on shed\n", run
        heard = [next(told)]
        while heard[-1]["text"] != "beep":
            heard.append(next(told))
        texts = [(line["kind"], line["pid"], line["text"]) for line in heard]
        assert texts[0] == ("node", None, "gone")
        assert texts[1][2].startswith("ready, ")
        assert texts[1][2].endswith("engines python, started by reset")
        assert ("state", "p1", "running") in texts
        assert texts[-1] == ("print", "p1", "beep")
        monitor.send_signal(2)
        assert monitor.wait(TIMEOUT) == 130
        monitor.stdout.close()
    finally:
        board.stop()


def test_node_that_is_no_board_and_one_that_is_not_there_are_told(running: RunningHost) -> None:
    running.do(workers(running.host, "desk"))
    shell = Shell(running.home)
    shell.env["MOONHOP_FLEET"] = FLEET
    assert "node desk is no board" in shell.complaint("board", "restart", "desk")
    assert "there is no node 'attic'" in shell.complaint("board", "restart", "attic")
    assert "there is no node 'attic'" in shell.complaint("monitor", "attic")
