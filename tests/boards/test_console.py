"""mpremote, as it is, on a virtual board."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from moonhop.boards.console import BoardConsole
from tests.waiting import wait_for

TIMEOUT = 30.0  # seconds


@pytest.fixture
def board(tmp_path: Path) -> Iterator[BoardConsole]:
    with BoardConsole(tmp_path / "flash", "192K") as console:
        yield console


def mpremote(board: BoardConsole, *arguments: str) -> str:
    command = [sys.executable, "-m", "mpremote", "connect", board.url, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_mpremote_runs_code_after_a_soft_reset(board: BoardConsole) -> None:
    assert mpremote(board, "exec", "x = 6; print(x * 7)").strip() == "42"
    assert board.resets == 1
    assert mpremote(board, "resume", "exec", "print(x)").strip() == "6"
    assert mpremote(board, "exec", "print('x' in globals())").strip() == "False"


def test_mpremote_copies_files_both_ways(board: BoardConsole, tmp_path: Path) -> None:
    data = bytes(range(256)) * 20
    (tmp_path / "sent").write_bytes(data)
    mpremote(board, "cp", str(tmp_path / "sent"), ":there")
    assert (tmp_path / "flash/there").read_bytes() == data
    mpremote(board, "cp", ":there", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data


def test_main_runs_after_a_reset_at_the_prompt_only(board: BoardConsole, tmp_path: Path) -> None:
    with serial.serial_for_url(board.url, timeout=TIMEOUT) as port:
        port.read_until(b">>> ")  # it is up, without these files
    for name in ("boot", "main"):
        (tmp_path / f"flash/{name}.py").write_text(f"open('log', 'a').write('{name} ')\n")
    log = tmp_path / "flash/log"
    mpremote(board, "exec", "pass")
    assert log.read_text() == "boot "
    with serial.serial_for_url(board.url, timeout=TIMEOUT) as port:
        port.write(b"\x04")  # the prompt is back since mpremote left
        assert port.read_until(b"MPY: soft reboot").endswith(b"MPY: soft reboot")
        assert port.read_until(b">>> ").endswith(b">>> ")
    assert log.read_text() == "boot boot main "


def test_what_nobody_hears_stops_no_board(board: BoardConsole, tmp_path: Path) -> None:
    with serial.serial_for_url(board.url, timeout=TIMEOUT) as port:
        port.read_until(b">>> ")
        text = "for n in range(9999): print(n)\nopen('done', 'w').close()\n"
        (tmp_path / "flash/main.py").write_text(text)
        port.write(b"\x04")  # also a reset that nobody waits for
        port.flush()
    wait_for((tmp_path / "flash/done").exists, TIMEOUT, "main.py stands still")
    with serial.serial_for_url(board.url, timeout=TIMEOUT) as port:
        assert b"9998" in port.read_until(b">>> ")  # the end of it is still there


def test_an_interrupted_main_leaves_the_prompt(board: BoardConsole, tmp_path: Path) -> None:
    with serial.serial_for_url(board.url, timeout=TIMEOUT) as port:
        port.read_until(b">>> ")  # it is up, without that file
        (tmp_path / "flash/main.py").write_text("print('begun')\nwhile True: pass\n")
        port.write(b"\x04")
        assert port.read_until(b"begun").endswith(b"begun")
        port.write(b"\x03")
        assert port.read_until(b">>> ").endswith(b">>> ")
    assert mpremote(board, "exec", "print(2 + 2)").strip() == "4"


def test_reset_by_program_or_watchdog_starts_the_board_anew(
    board: BoardConsole, tmp_path: Path
) -> None:
    cause = "import machine; print('cause', machine.reset_cause())"
    (tmp_path / "flash/main.py").write_text(cause)
    with serial.serial_for_url(board.url, timeout=TIMEOUT) as port:
        port.read_until(b">>> ")
        port.write(b"import machine; machine.reset()\r")
        assert b"cause 2" in port.read_until(b"cause 2\r\n>>> ")
        port.write(b"import machine; dog = machine.WDT(timeout=300)\r")
        assert b"cause 3" in port.read_until(b"cause 3\r\n>>> ")
    assert board.resets == 2
