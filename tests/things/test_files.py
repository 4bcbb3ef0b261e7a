"""What stands in boards' files and in files of things, and what nodes get of it."""

from pathlib import Path

import pytest

from moonhop.boards.catalog import load_board, load_boards
from moonhop.boards.things import things_in, things_of
from moonhop.cli import main
from moonhop_core.errors import MoonhopError
from moonhop_core.things.recorded import Recorded, cells, value_of


def test_things_of_a_board_have_numbers_for_pins() -> None:
    found = things_of(load_board("esp32"))
    assert found["pins"]["led"] == 2
    assert found["actuators"] == {"led": {"driver": "pwm", "pins": [2]}}
    assert found["sensors"]["chip_temperature"] == {"driver": "raw_temperature", "unit": "°C"}


def test_things_of_every_board_can_be_told() -> None:
    for board in load_boards():
        assert set(things_of(board)) == {"pins", "sensors", "actuators"}


GOOD = """
[sensors.warmth]
driver = "recorded"
file = "data.csv"
column = "c"
[sensors.door]
driver = "constant"
value = false
[actuators.fan]
driver = "kept"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("data.csv", "none.csv", "sensors.warmth.file is '{}/none.csv'; No such file"),
        (
            '"c"',
            '"d"',
            "sensors.warmth.column is wrong: {}/data.csv has no column 'd'; it has t",
        ),
        ('"c"', "3", "sensors.warmth.column is wrong: {}/data.csv has no values in column 3"),
        ('"c"', "0", "sensors.warmth.column is 0; write a column's title, or its number"),
        ('"c"', '"c"\nevery = 0', "sensors.warmth.every is 0; write seconds"),
        ('"c"', '"c"\nloop = 1', "sensors.warmth.loop is 1; write true or false"),
        ('"c"', '"c"\nvalue = 1', "sensors.warmth.value is no key of a part; known are driver"),
        ("value = false", "", "sensors.door.value is missing"),
        ('"kept"', '"constant"', "actuators.fan.driver is 'constant', which is none for actuators"),
        ("warmth", "pins", "sensors.pins is no name that programs can ask for"),
        ("warmth", '"a/b"', "sensors.a/b is no name that programs can ask for"),
        ("[actuators.fan]", "[motors.fan]", "motors is no key of a things; known are pins"),
        (
            '[actuators.fan]\ndriver = "kept"',
            '[pins]\nled = 2\n[actuators.fan]\ndriver = "pwm"\npins = ["led"]',
            "actuators.fan.driver is 'pwm', which needs a board; there are recorded, constant",
        ),
    ],
)
def test_a_faulty_file_of_things_says_what_is_wrong_and_where(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    (tmp_path / "data.csv").write_text("t,c\n1,2\n")
    path = tmp_path / "things.toml"
    path.write_text(GOOD)
    assert things_in(path)["sensors"]["warmth"]["file"] == str(tmp_path / "data.csv")
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(MoonhopError) as caught:
        things_in(path)
    assert str(caught.value).startswith(f"{path}: {says.format(tmp_path)}")


def test_exec_says_in_one_line_that_a_file_of_things_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.lua").write_text("print(1)")
    missing = tmp_path / "none.toml"
    assert main(["exec", "--things", str(missing), str(tmp_path / "p.lua")]) == 1
    assert capsys.readouterr().err == f"moonhop: cannot read {missing}: No such file or directory\n"


def test_cells_of_csv_are_read_as_rfc_4180_has_them() -> None:
    assert cells('a, b ,"c,d","e ""f""",\r\n') == ["a", "b", "c,d", 'e "f"', ""]
    assert cells("") == [""]
    assert cells('"open') == ["open"]


def test_values_of_cells_are_numbers_and_booleans() -> None:
    assert [value_of(text) for text in ("1", "-2.5", "1e3", "true", "false")] == [
        *(1, -2.5, 1000.0),
        *(True, False),
    ]
    assert [value_of(text) for text in ("", "n/a", "nan", "10:30")] == [None] * 4


def test_recorded_values_are_those_of_the_time_however_seldom_they_are_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "data.csv"
    path.write_text("v\n10\n20\n\n30\n")
    now = [0]
    sensor = Recorded({"file": str(path), "column": "v", "every": 2}, lambda: now[0])
    found = []
    for second in (0, 1, 2, 5, 6, 7, 13, 16, 23, 40):
        now[0] = second * 1_000_000
        found.append(sensor.read())
    sensor.close()
    assert found == [10, 10, 20, 30, 10, 10, 10, 30, 30, 30]
