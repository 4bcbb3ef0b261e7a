"""The commands: a board is made a node over its port alone, and ``moonhop bridge`` keeps it one."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moonhop.boards.configuration import Wish
from moonhop.boards.console import BoardConsole
from moonhop.boards.joining import join
from moonhop.cli import main
from moonhop.cli.client import Client
from tests.host.running import FLEET, RunningHost
from tests.waiting import wait_for

HEAP = "640K"  # a virtual board whose heap has room for the worker's bytecode too
TIMEOUT = 60.0  # seconds
PROGRAM = """
local n = 0
while n < 3 do
  n = n + 1
  print(node.id, n)
  sleep(0.01)
end
"""


def test_board_is_deployed_and_runs_programs_over_its_port_alone(
    running: RunningHost, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    fleet = running.host.scheduler.fleet

    def state() -> str:
        return fleet.node("shed").state

    with BoardConsole(tmp_path / "flash", HEAP) as board:
        host = Client(running.host.address)
        joined = join(
            board.url, host, Wish("shed", bridge=True), print, lambda _, __, pieces: pieces
        )
        assert joined.node == "shed"
        (config,) = (tmp_path / "flash/sets").glob("*/moonhop.json")
        config.write_text(  # prove that it has no other way
            json.dumps(
                {**json.loads(config.read_text()), "mqtt_port": 9, "url": "http://127.0.0.1:9"}
            )
        )
        wait_for(lambda: state() == "lost", TIMEOUT, state)
        bridge = subprocess.Popen(
            [sys.executable, "-m", "moonhop", "bridge", board.url, "--fleet", FLEET, "--json"],
            stdout=subprocess.PIPE,
        )
        try:
            wait_for(lambda: fleet.node("shed").ready, TIMEOUT, state)
            program = tmp_path / "count.lua"
            program.write_text(PROGRAM)
            run = ("run", str(program), "--on", "shed", "--follow", "--fleet", FLEET)
            assert main(run) == 0
            assert capsys.readouterr().out.splitlines()[-3:] == ["shed\t1", "shed\t2", "shed\t3"]
        finally:
            bridge.send_signal(signal.SIGINT)
            out, _ = bridge.communicate(timeout=TIMEOUT)
        told = [json.loads(line) for line in out.splitlines()]
        assert {"port": board.url, "kind": "joined", "text": "shed"} in told
        assert bridge.returncode == 130


def test_bridge_without_a_port_or_a_host_is_told(
    running: RunningHost, monkeypatch, capsys, tmp_path: Path
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    assert main(["bridge", str(tmp_path / "ttyUSB7"), "--fleet", FLEET]) == 1
    assert "there is no port" in capsys.readouterr().err
    monkeypatch.setenv("MOONHOP_HOME", str(tmp_path / "other"))
    assert main(["bridge", os.devnull, "--fleet", FLEET]) == 1
    assert "moonhop up" in capsys.readouterr().err


def test_board_has_either_wifi_or_a_bridge(capsys: pytest.CaptureFixture[str]) -> None:
    deploy = ["board", "deploy", "--port", os.devnull, "--bridge", "--wifi", "shed"]
    assert main(deploy) == 1
    assert "--bridge; choose one" in capsys.readouterr().err
