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


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with state folders of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOONHOP_HOME", str(tmp_path / "state"))
    return tmp_path


def own(folder: Path, name: str, text: str = GOOD) -> Path:
    """Write a board of that name into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text.replace('name = "b"', f'name = "{name}"'))
    return path


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """Return the pins called led of the boards that are listed."""
    assert main(["board", "list", "--fleet", "lab", "--json"]) == 0
    boards = json.loads(capsys.readouterr().out)
    return {board["name"]: board["pins"].get("led") for board in boards}


def test_boards_of_the_fleet_and_of_moonhop_toml_are_found(here: Path, capsys) -> None:
    (here / "moonhop.toml").write_text('fleet = "lab"\n[boards]\npath = "kinds"\n')
    assert main(["board", "list"]) == 1
    assert "moonhop.toml: boards.path is 'kinds', and there is no folder" in capsys.readouterr().err
    own(here / "kinds", "shed")
    own(here / "state/lab/boards", "gate", GOOD.replace("led = 2", "led = 3"))
    own(here / "state/lab/boards", "esp32", GOOD.replace("led = 2", "led = 4"))
    found = listed(capsys)
    assert (found["shed"], found["gate"], found["esp32"]) == (2, 3, 4)
    assert {"virtual", "esp32c6"} <= set(found)
    (here / "moonhop.toml").write_text("[boards]\npath = 5\n")
    assert main(["board", "list"]) == 1
    assert 'boards.path must be a folder, such as path = "boards"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("led = 2", "led = 99", "shed.toml: pins.led is 99; write a GPIO's number, 0 to 63"),
        ('"pwm"', '"magic"', "shed.toml: actuators.led.driver is 'magic'; it is one of 'pin'"),
        ('name = "b"', 'name = "x"', "shed.toml: name is 'x'; it must be the file's, 'shed'"),
        ("name", "= name", "shed.toml: Invalid statement (at line 1, column 1)"),
    ],
)
def test_a_board_is_named_by_its_file_and_what_is_wrong_there_is_told(
    here: Path, capsys, old: str, new: str, says: str
) -> None:
    flash = ["flash", "--no-deploy", "--port", "socket://127.0.0.1:9", "--board"]
    own(here, "shed", GOOD.replace(old, new, 1))
    assert main([*flash, "./shed.toml"]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    own(here, "shed")
    assert main([*flash, "shed.toml"]) == 1  # it is right: only its firmware lacks
    assert "no firmware for shed (B-[0-9]*.bin)" in capsys.readouterr().err
    assert main([*flash, "gate.toml"]) == 1
    assert "cannot read gate.toml: No such file or directory" in capsys.readouterr().err
    assert main([*flash, "gate"]) == 1
    assert "one of your own is named by its file, as ./shed.toml" in capsys.readouterr().err
