"""The starter chooses a set that works, whatever happened to the board."""

import json
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.sets import BoardSet
from moonhop.boards.virtual import write_files
from tests.micropython import ROOT, run_micropython

STARTER = ROOT / "firmware"
ASK = """
import json, os, sys
os.chdir(sys.argv[1])
import moonhop_start
found = [getattr(moonhop_start, step[0])(*step[1:]) for step in json.loads(sys.argv[2])]
print(json.dumps(found))
"""


def ask(flash: Path, *steps: list[Any]) -> list[Any]:
    """Call the starter's functions one after the other on a board's flash; return what they did."""
    result = run_micropython(ASK, argv=[str(flash), json.dumps(steps)], path=[STARTER])
    assert result.returncode == 0, result.stderr
    found: list[Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def choose(flash: Path) -> Any:
    return ask(flash, ["choose"])[0]


def put_set(flash: Path, files: dict[str, bytes]) -> str:
    made = BoardSet(files)
    write_files(flash, made.on_board())
    return made.name


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    put_set(tmp_path, {"moonhop_board.py": b"# the old one", "moonhop_core/worker.py": b""})
    return tmp_path


def staged(flash: Path) -> str:
    """Have the board run its set, and put another one on trial."""
    ask(flash, ["choose"], ["good", True])
    new = put_set(flash, {"moonhop_board.py": b"# the new one"})
    ask(flash, ["stage", new])
    return new


def name_of_the_one(flash: Path) -> str:
    (only,) = (flash / "sets").iterdir()
    return only.name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[1, 2]",
        b'{"set": 5, "trial": null, "boots": 0}',
        b'{"set": "gone", "trial": null, "boots": 0}',
        b'{"set": "gone", "trial": "gone too", "boots": 2}',
        b'{"set": "x", "boots": 0}',
        b"\xff\xfe\x00" * 500,
        b"[" * 3000,
    ],
)
def test_board_starts_whatever_stands_in_its_boot_file(flash: Path, content: bytes) -> None:
    (flash / "moonhop_boot.json").write_bytes(content)
    assert choose(flash)["set"] == name_of_the_one(flash)
    assert json.loads((flash / "moonhop_boot.json").read_text())["boots"] == 1


def test_board_starts_without_a_boot_file_and_with_a_half_written_one(flash: Path) -> None:
    assert choose(flash)["set"] == name_of_the_one(flash)
    text = (flash / "moonhop_boot.json").read_text()
    (flash / "moonhop_boot.json.new").write_text(text[:-9])
    assert choose(flash)["safe"] is None
    assert json.loads((flash / "moonhop_boot.json").read_text())["boots"] == 2


def test_set_with_a_missing_or_cut_file_is_no_set(flash: Path) -> None:
    good = name_of_the_one(flash)
    other = put_set(flash, {"moonhop_board.py": b"# a newer one", "wifi.py": b"w"})
    (flash / "moonhop_boot.json").write_text(json.dumps({"set": other, "trial": None, "boots": 0}))
    assert choose(flash)["set"] == other
    (flash / "sets" / other / "wifi.py").write_bytes(b"")
    how = choose(flash)
    assert (how["set"], how["failed"]) == (good, other)
    (flash / "sets" / good / "set.json").unlink()
    assert choose(flash) is None


def test_set_on_trial_with_a_wrong_byte_is_not_tried(flash: Path) -> None:
    old, new = name_of_the_one(flash), staged(flash)
    (flash / "sets" / new / "moonhop_board.py").write_bytes(b"# the new on3")
    how = choose(flash)
    assert (how["set"], how["trial"], how["failed"]) == (old, False, new)


def test_set_on_trial_is_kept_once_the_broker_knows_the_node(flash: Path) -> None:
    new = staged(flash)
    how, up, reached = ask(flash, ["choose"], ["good", False], ["good", True])
    assert (how["set"], how["trial"]) == (new, True)
    assert (up, reached) == (False, True)
    how = choose(flash)
    assert (how["set"], how["trial"], how["failed"]) == (new, False, None)


def test_set_on_trial_that_does_not_reach_the_broker_is_rolled_back(flash: Path) -> None:
    old, new = name_of_the_one(flash), staged(flash)
    assert choose(flash)["set"] == new
    how = choose(flash)
    assert (how["set"], how["trial"], how["failed"], how["safe"]) == (old, False, new, None)


def test_board_that_does_not_know_which_set_ran_finds_the_one_that_works(flash: Path) -> None:
    names = sorted([name_of_the_one(flash), put_set(flash, {"moonhop_board.py": b"# another"})])
    first, second = choose(flash), choose(flash)
    assert [how["set"] for how in (first, second)] == names[::-1]
    (flash / "moonhop_boot.json").unlink()
    ask(flash, ["choose"], ["good", True])
    assert choose(flash)["set"] == names[1]


def test_boot_is_good_after_a_while_without_a_broker(flash: Path) -> None:
    text = """
import asyncio, os, sys
os.chdir(sys.argv[1])
import health, moonhop_start
health.UP = 0.2
how = moonhop_start.choose()

async def main():
    health.Health(how, {})
    while moonhop_start._read()["boots"]:
        await asyncio.sleep(0.05)

asyncio.run(asyncio.wait_for(main(), 5))
"""
    ask(flash, ["choose"], ["choose"])
    result = run_micropython(text, argv=[str(flash)], path=[STARTER])
    assert result.returncode == 0, result.stderr
    assert json.loads((flash / "moonhop_boot.json").read_text())["boots"] == 0


def test_third_failed_boot_leads_to_safe_mode_until_a_set_or_a_command_ends_it(flash: Path) -> None:
    boots = ask(flash, ["choose"], ["choose"], ["good", False], *[["choose"]] * 5)
    assert [how["safe"] is not None for how in boots if isinstance(how, dict)] == [
        *[False] * 5,
        *[True] * 2,
    ]
    assert boots[-1]["safe"] == "3 boots in a row failed"
    new = put_set(flash, {"moonhop_board.py": b"# the new one"})
    _, trial, back = ask(flash, ["stage", new], ["choose"], ["choose"])
    assert (trial["set"], trial["safe"]) == (new, None)
    assert (back["failed"], back["safe"]) == (new, boots[-1]["safe"])
    assert ask(flash, ["leave_safe_mode"], ["choose"])[1]["safe"] is None


def test_power_cut_at_any_write_to_flash_leaves_a_set_that_starts() -> None:
    script = Path(__file__).with_name("sets_in_flash.py")
    result = run_micropython(script, path=[STARTER], heap="4M")
    assert result.returncode == 0, result.stdout + result.stderr
    (told,) = [line for line in result.stdout.splitlines() if line.startswith("cuts")]
    kept, rolled_back = map(int, told.split()[1:])
    assert kept > 30, "there were hardly any writes"
    assert rolled_back > 30
