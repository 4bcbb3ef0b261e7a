"""Flashing over esptool's real protocol, against a boot loader without a chip."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial
from esptool import cmds

from moonhop.boards.catalog import load_board
from moonhop.boards.flashing import Flashed, Wish, flash
from moonhop.boards.ports import Port, choose_port, unopened
from moonhop.cli import main
from moonhop_core.errors import MoonhopError
from tests.boards.images import LONG, application, firmware, write
from tests.boards.loaders import boot_loaders
from tests.boards.rfc2217_server import USES_RFC2217, Rfc2217Server

S3 = "ESP32_GENERIC_S3-20250415-v1.25.0.bin"


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts boot loaders; gives the address of each."""
    with boot_loaders(tmp_path) as start:
        yield start


def flashed(port: str, path: Path, **more: object) -> tuple[Flashed, list[str]]:
    steps: list[str] = []
    wish = Wish(port, firmware=path, **{"stub": False, **more})  # type: ignore[arg-type]
    return flash(wish, steps.append), steps


def contents(port: str, place: int, size: int, to: Path) -> bytes:
    """Read flash back."""
    with cmds.detect_chip(port) as esp:
        cmds.attach_flash(esp)
        cmds.read_flash(esp, place, size, str(to))
    return to.read_bytes()


@pytest.mark.parametrize(
    ("name", "file", "offset"),
    [("esp32", LONG, 0x1000), ("esp32s3", S3, 0), ("esp32c3", "a.bin", 0)],
)
def test_flash_holds_the_firmware_afterwards(
    chip, tmp_path: Path, name: str, file: str, offset: int
) -> None:
    port = chip(name)
    data = firmware(name)
    done, steps = flashed(port, write(tmp_path, data, file))
    assert (done.board, done.chip, done.version) == (name, name, "v1.25.0")
    assert [step.split()[0] for step in steps] == [
        *("chip", "firmware", "erased", "written", "verified"),
    ]
    place = len(data) - 0x1000  # of the application: reading all back in ROM's pieces takes long
    assert contents(port, offset + place, 0x1000, tmp_path / "read") == data[place:]


def test_the_stub_flashes_too(chip, tmp_path: Path) -> None:
    port = chip("esp32")
    done, steps = flashed(port, write(tmp_path, firmware()), stub=True)
    assert done.board == "esp32"
    assert steps[-1] == "verified"
    assert contents(port, 0x1000, 0x1000, tmp_path / "read") == firmware()[:0x1000]


def test_files_of_the_board_stay_with_no_erase(chip, tmp_path: Path) -> None:
    port = chip("esp32")
    kept = b"my files" * 512
    with cmds.detect_chip(port) as esp:
        cmds.attach_flash(esp)
        cmds.write_flash(esp, [(0x200000, kept)])
    path = write(tmp_path, firmware())
    _, steps = flashed(port, path, erase=False)
    assert "erased" not in steps
    assert contents(port, 0x200000, len(kept), tmp_path / "read") == kept
    flashed(port, path, stub=True)  # this ROM erases only what is written, unlike real ones
    assert contents(port, 0x200000, len(kept), tmp_path / "read") == b"\xff" * len(kept)


@pytest.mark.parametrize(
    ("board", "says"),
    [
        (None, "is for esp32, the board esp32s3 has esp32s3; take ESP32_GENERIC_S3"),
        ("esp32", "is esp32s3, the board esp32 has esp32; name another --board"),
    ],
)
def test_a_wrong_chip_is_refused_before_anything_is_erased(
    chip, tmp_path: Path, board: str | None, says: str
) -> None:
    port = chip("esp32s3")
    with cmds.detect_chip(port) as esp:
        cmds.attach_flash(esp)
        cmds.write_flash(esp, [(0, b"\xe9 old" * 100)])
    path = write(tmp_path, firmware())
    with pytest.raises(MoonhopError) as caught:
        flashed(port, path, board=load_board(board) if board else None)
    assert says in str(caught.value)
    assert contents(port, 0, 5, tmp_path / "read") == b"\xe9 old"


def test_the_command_prints_what_it_did(chip, tmp_path: Path, capsys) -> None:
    port = chip("esp32")
    path = write(tmp_path, firmware(app=application(0, version="v1.26.1")))
    command = ["flash", "--no-deploy", "--port", port, "--no-stub", "--firmware", str(path)]
    assert main(command) == 0
    assert "ready     MicroPython v1.26.1 is on the esp32" in capsys.readouterr().out
    assert main([*command, "--json", "--no-erase"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == "v1.26.1"
    assert told["bytes"] == path.stat().st_size


def refused(capsys, *arguments: str) -> str:
    """Return the one line that the command says when it fails."""
    assert (
        main(["flash", "--no-deploy", "--attempts", "1", "--before", "no-reset", *arguments]) == 1
    )
    told = capsys.readouterr().err
    assert told.count("\n") == 1, told
    return str(told)


def test_a_port_that_is_not_there_is_told(capsys, tmp_path: Path) -> None:
    assert "there is no port" in refused(capsys, "--port", str(tmp_path / "ttyUSB7"))


def test_a_port_that_nobody_serves_is_told(capsys) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    assert "nothing answers at socket://" in refused(
        capsys, "--port", f"socket://127.0.0.1:{number}"
    )


def test_a_port_that_is_open_elsewhere_is_busy(capsys) -> None:
    master, slave = os.openpty()
    port = os.ttyname(slave)
    with serial.Serial(port, exclusive=True):
        assert f"{port} is busy; close the program" in refused(capsys, "--port", port)
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize(
    ("port", "says"),
    [
        ("foo://127.0.0.1:1", "is no port; write a device's name, socket://HOST:PORT or rfc2217"),
        ("socket://127.0.0.1", "is no port; write a device's name, socket://HOST:PORT or rfc2217"),
        ("socket://127.0.0.1:x", "is no port; write a device's name, socket://HOST:PORT or rfc"),
        ("rfc2217://127.0.0.1:9", "nothing answers at rfc2217://127.0.0.1:9; start what serves it"),
        ("socket://nowhere.invalid:9", "no machine is known by the name in socket://nowhere.inva"),
        ("/dev", "/dev is no serial port; see the ports with: moonhop scan"),
        (__file__, "is no serial port; see the ports with: moonhop scan"),
    ],
)
def test_what_can_be_no_port_is_told(capsys, port: str, says: str) -> None:
    assert says in refused(capsys, "--port", port)
    assert main(["monitor", port]) == 1
    assert says in capsys.readouterr().err


def test_a_baud_rate_is_a_number_from_1_on(capsys) -> None:
    for wrong in ("0", "-5", "fast"):
        port = ("--port", "socket://127.0.0.1:9")
        assert main(["flash", "--no-deploy", *port, f"--baud={wrong}"]) == 2
        assert f"argument --baud: '{wrong}' is no number from 1 on" in capsys.readouterr().err


def test_a_port_without_a_chip_that_answers_is_told(capsys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = f"socket://127.0.0.1:{silent.getsockname()[1]}"
        said = refused(capsys, "--port", port)
    assert f"no chip answers at {port}; hold BOOT" in said


def test_a_port_that_one_may_not_open_is_told(tmp_path: Path) -> None:
    said = str(unopened("/dev/ttyS9", serial.SerialException(13, "Permission denied")))
    assert said.startswith("you may not open /dev/ttyS9; run: sudo usermod -aG ")


def test_a_port_that_another_program_has_open_is_told(capsys) -> None:
    ours, theirs = os.openpty()
    port = os.ttyname(theirs)
    with serial.Serial(port, exclusive=True):
        busy = f"{port} is busy; close the program that has it open"
        assert busy in refused(capsys, "--port", port)
        assert main(["monitor", port]) == 1
        assert busy in capsys.readouterr().err
    os.close(ours)
    os.close(theirs)


@USES_RFC2217
def test_a_port_of_rfc_2217_is_flashed_as_any(chip, tmp_path: Path, capsys) -> None:
    path = write(tmp_path, firmware("esp32s3"), S3)
    port = chip("esp32")
    plain = port.replace("socket", "rfc2217")
    said = refused(capsys, "--port", plain, "--firmware", str(path))
    assert f"{plain} does not speak RFC 2217; try --port {port}" in said
    with Rfc2217Server(port) as server:
        with pytest.raises(MoonhopError) as caught:
            flashed(server.url, path, board=load_board("esp32s3"))
        assert f"the chip at {server.url} is esp32, the board esp32s3 has" in str(caught.value)


@USES_RFC2217
@pytest.mark.nightly  # pyserial waits 0.05 s for each answer to a setting
def test_a_firmware_is_written_by_rfc_2217(chip, tmp_path: Path) -> None:
    port = chip("esp32")
    data = firmware()
    with Rfc2217Server(port) as server:
        _, steps = flashed(server.url, write(tmp_path, data), stub=True)
        assert steps[-1] == "verified"
        assert 460800 in server.baud_rates
    assert contents(port, 0x1000, 0x1000, tmp_path / "read") == data[:0x1000]


def test_the_only_usb_port_is_chosen() -> None:
    old, one = Port("/dev/ttyS0", "", ""), Port("/dev/ttyUSB0", "CP2102", "10c4:ea60")
    two = Port("/dev/ttyACM0", "", "303a:1001")
    assert choose_port([old, one]) == "/dev/ttyUSB0"
    with pytest.raises(MoonhopError, match="no board is plugged in by USB; plug one in"):
        choose_port([old])
    with pytest.raises(MoonhopError, match=r"several .*USB0 \(CP2102\), .*\(303a:1001\); choose"):
        choose_port([old, one, two])


def test_ports_are_listed(capsys) -> None:
    assert main(["scan", "--no-mdns", "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out)["ports"], list)
    assert main(["scan", "--no-mdns"]) == 0
