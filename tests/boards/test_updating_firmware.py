"""Firmware comes over the air, too, and one that does not start is no loss."""

import json
from pathlib import Path

import pytest

from tests.boards import images
from tests.boards.field import Field

RUNS = 'exec "$@"'
CRASHES = "echo reset > /proc/self/fd/$MOONHOP_CHIP; sleep 60"


def firmware(script: str, name: str = "micropython") -> bytes:
    """Return the image of a virtual board's firmware (host/moonhop/boards/bootloader.py)."""
    code = script.encode()
    return images.image(
        0, images.description(name, "v1.25.0"), code.ljust(-(-len(code) // 4) * 4, b"\0")
    )


def test_firmware_goes_to_the_other_slot_and_is_kept_only_if_it_reaches_the_broker(
    field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = field.add("shed", firmware=firmware(RUNS))
    slots = tmp_path / "shed.slots"
    first = field.boot("shed")["set"]
    assert field.boot("shed")["slot"] == "ota_0"

    new = images.write(tmp_path, images.firmware(app=firmware(f"# new\n{RUNS}")))
    assert field.update("--firmware", str(new)) == 0, board.text()
    assert f"shed: runs set {first}" in capsys.readouterr().out
    assert (field.boot("shed")["slot"], field.boot("shed")["set"]) == ("ota_1", first)
    assert json.loads((slots / "otadata.json").read_text()) == {"boot": "ota_1", "state": "valid"}
    assert field.update("--firmware", str(new)) == 0
    assert f"shed: has set {first} already" in capsys.readouterr().out

    more = field.offer({"more.mpy": b"more"})
    broken = images.write(tmp_path, firmware(f"# broken\n{CRASHES}"), "broken.app-bin")
    assert field.update("--firmware", str(broken)) == 1
    out = capsys.readouterr().out
    assert f"rolled back to set {more.name}: it did not reach the broker with the new firm" in out
    assert (field.boot("shed")["slot"], field.boot("shed")["set"]) == ("ota_1", more.name)


def test_firmware_that_cannot_be_is_refused_in_one_line(
    field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    field.add("shed")
    good = firmware(RUNS)
    for data, says in {
        good: "the firmware of 'shed' has no OTA slots; write the new one with: moonhop flash",
        good[:-40] + bytes(40): "is no firmware, or damaged",
        firmware(RUNS, "blinky"): "it is blinky, not MicroPython",
    }.items():
        path = images.write(tmp_path, data, "firmware.bin")
        assert field.update("--firmware", str(path)) == 1
        told = capsys.readouterr()
        assert says in told.out + told.err
        assert (told.out + told.err.rstrip("\n")).count("\n") <= 2
