"""``moonhop monitor PORT`` shows a board's console, and waits for a port that goes away."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moonhop.boards.console import BoardConsole
from moonhop.cli import main

TIMEOUT = 30.0  # seconds
MAIN = """
import time
while True:
    print("Grüße from the board")
    time.sleep(0.2)
"""


def test_what_a_board_says_is_shown_and_a_port_that_goes_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "flash").mkdir()
    (tmp_path / "flash/main.py").write_text(MAIN)
    with BoardConsole(tmp_path / "flash", "256K") as board:
        monitor = subprocess.Popen(
            [sys.executable, "-m", "moonhop", "monitor", board.url, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert monitor.stdout
        assert monitor.stderr
        assert monitor.stderr.readline() == f"moonhop: {board.url} is open (Ctrl-C ends)\n"
        shown = ""
        while "from the board" not in shown:
            told = json.loads(monitor.stdout.readline())
            assert told["port"] == board.url
            shown += told["text"]
        assert "Grüße" in shown
    try:
        assert monitor.stderr.readline() == f"moonhop: {board.url} is gone; plug it in again\n"
    finally:
        monitor.send_signal(signal.SIGINT)
        monitor.communicate(timeout=TIMEOUT)
    assert monitor.returncode == 130


def test_port_that_is_not_there_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["monitor", str(tmp_path / "ttyUSB7")]) == 1
    assert "there is no port" in capsys.readouterr().err
