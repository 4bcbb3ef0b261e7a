import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from moonhop.boards.catalog import board_names, load_board, load_boards, read_board
from moonhop.cli import main
from moonhop_core.errors import MoonhopError


@pytest.mark.parametrize("name", board_names())
def test_every_board_file_is_a_board(name: str) -> None:
    assert load_board(name).name == name


def test_an_unknown_board_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MoonhopError, match=r"no board 'toaster'; known boards: .*virtual"):
        load_board("toaster")


GOOD = """\
name = "b"
chip = "esp32"
flash = "4M"
heap = "160K"
float_bits = 32
mpy_arch = ""

[firmware]
file = "B-[0-9]*.bin"
minimum = "1.24"
offset = 0x1000

[pins]
led = 2

[actuators.led]
driver = "pwm"
pins = ["led"]
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"160K"', '"lots"', "heap is 'lots'; write it like 192K"),
        ("32\n", "16\n", "float_bits is 16; it is one of 32, 64"),
        ('"b"', '"c"', "name is 'c'; it must be the file's, 'b'"),
        ("heap", "color = 3\nheap", "color is no key of a board; known are name, chip"),
        ("chip", "# chip", "chip is missing"),
        ('"esp32"', '"z80"', "chip is 'z80'; it is one of 'esp32'"),
        ('"esp32"', '"unix"', "firmware is not for unix"),
        ("flash", "# flash", "flash is missing; write the least size, like 4M"),
        ("0x1000", "0x1001", "firmware.offset is 4097; write bytes, a multiple of 4096"),
        ('"1.24"', '"new"', "firmware.minimum is 'new'; write it like 1.24"),
        ("led = 2", 'led = "D4"', "pins.led is 'D4'; write a GPIO's number"),
        ('"pwm"', '"magic"', "actuators.led.driver is 'magic'; it is one of 'pin', 'adc'"),
        ('"pwm"', '"adc"', "actuators.led.driver is 'adc', which is none for actuators"),
        ('"pwm"', '"i2c"\nchip = "register"', "actuators.led.pins is ['led']; i2c takes 2"),
        ('["led"]', '["lamp"]', "actuators.led.pins is ['lamp']; no 'lamp' stands in [pins]"),
        ('name = "b"', "name = ", "Invalid value (at line 1, column 8)"),
    ],
)
def test_a_faulty_board_file_says_what_is_wrong_and_where(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "b.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(MoonhopError) as caught:
        read_board(path)
    assert str(caught.value).startswith(f"{path}: {says}")
    assert "\n" not in str(caught.value)


def test_a_board_file_gives_numbers_of_pins_and_drivers_of_parts(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(GOOD)
    board = read_board(path)
    assert board.firmware is not None
    assert board.firmware.offset == 4096
    assert board.pins[board.actuators["led"].pins[0]] == 2


def test_file_patterns_of_boards_do_not_overlap() -> None:
    names = {
        "esp32": "ESP32_GENERIC-20241025-v1.24.0.bin",
        "esp32-spiram": "ESP32_GENERIC-SPIRAM-20241025-v1.24.0.bin",
        "esp32s2": "ESP32_GENERIC_S2-20241025-v1.24.0.bin",
        "esp32s3": "ESP32_GENERIC_S3-20241025-v1.24.0.bin",
        "esp32c3": "ESP32_GENERIC_C3-20241025-v1.24.0.bin",
        "esp32c6": "ESP32_GENERIC_C6-20241025-v1.24.0.bin",
    }
    boards = [board for board in load_boards() if board.firmware]
    assert {board.name for board in boards} == set(names)
    for name, file in names.items():
        fit = [b.name for b in boards if b.firmware and fnmatch(file, b.firmware.file)]
        assert fit == [name]


def test_boards_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["board", "list"]) == 0
    assert "esp32c6" in capsys.readouterr().out
    assert main(["board", "list", "--json"]) == 0
    boards = json.loads(capsys.readouterr().out)
    assert [board["name"] for board in boards] == board_names()
    assert boards[0]["firmware"]["minimum"] == "1.24"
