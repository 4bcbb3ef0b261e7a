"""What a board says and does about its Wi-Fi. There is no radio here: the station is a state
machine that goes through what an ESP32's does (radio/network.py)."""

from pathlib import Path

from tests.micropython import ROOT, run_micropython

PATH = [Path(__file__).with_name("radio"), ROOT / "firmware"]
BEGIN = """
import asyncio, json, network, wifi
wifi.TIMEOUT, wifi.BACK_OFF, wifi.LOOK, wifi.WATCH = 1, (0.05, 0.2), 0.02, 0.05
network.air.update({air})

async def later(seconds, change):
    await asyncio.sleep(seconds)
    change()

async def main():
    one = wifi.Wifi("field", {password!r})
    try:
        await asyncio.wait_for(one.connect(), 3)
    except asyncio.TimeoutError:
        return
    {then}

"""
END = "asyncio.run(main())\n"


def console(air: dict[str, str], password: str, then: str = "pass", before: str = "") -> list[str]:
    """Run a board in some air; return what it says of its Wi-Fi."""
    text = BEGIN.format(air=air, password=password, then=then) + before + END
    result = run_micropython(text, path=PATH)
    assert result.returncode == 0, result.stdout + result.stderr
    start = "moonhop: wifi: "
    assert all(line.startswith(start) for line in result.stdout.splitlines())
    return [line.removeprefix(start) for line in result.stdout.splitlines()]


def test_board_joins_a_network_with_a_password_and_an_open_one() -> None:
    said = ["joining field", "connected to field as 192.0.2.7"]
    assert console({"field": "right-password"}, "right-password") == said
    assert console({"field": ""}, "") == said


def test_wrong_password_and_missing_network_are_told_and_tried_again() -> None:
    for password in ("wrong-password", "short"):
        said = console({"field": "right-password"}, password)
        assert said[:2] == ["joining field", "wrong password for field"]
        assert 4 <= len(said) <= 16, "it tries again, and ever less often"
        assert set(said) == set(said[:2])
    assert console({"other": ""}, "")[:2] == ["joining field", "no network field"]


def test_board_joins_when_the_network_comes_back() -> None:
    appears = """
async def world():
    asyncio.create_task(later(1, lambda: network.air.update(field="right-password")))
    await board()
board, main = main, world
"""
    said = console({}, "right-password", before=appears)
    assert said[0:2] == ["joining field", "no network field"]
    assert said[-1] == "connected to field as 192.0.2.7"
    then = """
    asyncio.create_task(one.watch())
    network.air.clear()
    await asyncio.sleep(1)
    network.air.update(field="")
    await asyncio.sleep(1)
"""
    said = console({"field": ""}, "", then=then)
    assert said[1:4] == ["connected to field as 192.0.2.7", "lost field", "joining field"]
    assert said[-1] == "connected to field as 192.0.2.7"
