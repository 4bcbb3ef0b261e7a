"""`moonhop flash` from a bare chip to a node of the fleet."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moonhop.boards.console import BoardConsole
from moonhop.cli import main
from tests.boards.images import firmware, write
from tests.boards.loaders import ChangingPort, boot_loaders
from tests.boards.network import NETWORK
from tests.host.running import FLEET, RunningHost


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    with boot_loaders(tmp_path) as start:
        yield start


def test_a_chip_becomes_a_node_by_one_command(
    running: RunningHost, chip, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    monkeypatch.setenv("MOONHOP_WIFI_PASSWORD", "open sesame")
    path = write(tmp_path, firmware())
    flash = ["flash", "--fleet", FLEET, "--firmware", str(path), "--no-stub", "--host", "127.0.0.1"]
    with BoardConsole(tmp_path / "flash", "640K") as board:
        (tmp_path / "flash/network.py").write_text(NETWORK)
        with ChangingPort(chip("esp32"), board.url) as port:
            assert main([*flash, "--port", port.url, "--wifi", "shed", "--name", "shed-1"]) == 0
        out = capsys.readouterr().out
        deploy = ["board", "deploy", "--fleet", FLEET, "--port", board.url]
        assert main([*deploy, "--wifi", "shed", "--wifi-password", "open says me"]) == 1
        wrong = capsys.readouterr()
    steps = [line.split()[0] for line in out.splitlines()]
    assert steps[:6] == ["chip", "firmware", "erased", "written", "verified", "ready"]
    assert steps[6:10] == ["board", "compiles", "deployed", "waits"]
    assert set(steps[10:-1]) == {"says"}
    assert f"born      node shed-1 on the esp32 at {port.url}" in out
    assert "says      wifi: joining shed" in wrong.out
    assert "the Wi-Fi 'shed' does not take the password; give it again" in wrong.err
    (home,) = (tmp_path / "flash/sets").iterdir()
    config = json.loads((home / "moonhop.json").read_text())
    assert config["wifi"] == {"ssid": "shed", "password": "open says me"}
    assert running.host.scheduler.fleet.node("shed-1").birth["kind"] == "esp32"


def refused(capsys, *arguments: str) -> str:
    """Return the one line that the command says when it fails, with nothing done."""
    assert main(["flash", "--fleet", FLEET, "--port", "socket://127.0.0.1:9", *arguments]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1, told
    return str(told.err)


def test_what_the_board_will_need_is_asked_for_before_anything_is_erased(
    running: RunningHost, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    loopback = refused(capsys, "--wifi", "shed", "--wifi-password", "")
    assert "broker is at 127.0.0.1, where no board comes; start the host so that" in loopback
    assert "moonhop up --address 0.0.0.0; or only write MicroPython, with --no-deploy" in loopback
    here = ("--host", "127.0.0.1")
    assert "which Wi-Fi is the board to join? name it with --wifi" in refused(capsys, *here)
    assert "the password of the Wi-Fi is missing; put it into MOONHOP_WIFI_PASSWORD" in refused(
        capsys, *here, "--wifi", "shed"
    )
    assert "8 to 63 characters, this one has 3" in refused(
        capsys, *here, "--wifi", "shed", "--wifi-password", "abc"
    )
    monkeypatch.setenv("MOONHOP_HOME", str(tmp_path / "nowhere"))
    assert "no host is running for fleet 'lab'" in refused(
        capsys, "--wifi", "shed", "--wifi-password", ""
    )
