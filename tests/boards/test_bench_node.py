"""`moonhop bench --node` measures any node of a running fleet, and leaves nothing behind."""

import json
import re
import signal
import subprocess
import sys

import pytest

from moonhop.bench.dhrystone import FILE
from moonhop.bench.node import as_service
from moonhop.cli import INTERRUPTED, main
from tests.boards.field import BIRTH, Field
from tests.host.mqtt import MqttClient
from tests.host.running import FLEET
from tests.waiting import wait_for

TIGHT = "152K"  # has room for the worker, in a ROMFS, and for no program
SAFE = "moonhop_boot.json"


def bench(*options: str) -> int:
    return main(["bench", "--fleet", FLEET, "--quick", "--json", *options])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the last line on stderr: what is wrong."""
    return capsys.readouterr().err.splitlines()[-1]


def test_node_is_measured_and_nothing_is_left_behind(
    field: Field, capsys: pytest.CaptureFixture[str]
) -> None:
    running = field.running
    host = running.host
    board = field.add("shed")
    running.do(host.workers.start_cpython(host.add_node("desk")))
    wait_for(lambda: field.is_there("desk"), BIRTH, board.text)
    users = set(host.credentials.nodes)
    assert bench("--node", "shed") == 0
    figures = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert [name.removeprefix("shed/") for name in figures] == [
        "heap used by the worker",
        "heap free",
        "heap used with one program",
        "heap free with one program",
        "largest free piece with it",
        "dhrystone",
        "start, submitted to running",
        "message, host to program and back",
        "message, program to program and back",
        "hop from desk",
        "hop to desk",
    ]
    assert all(figure["value"] > 0 for figure in figures.values())
    used = [
        figures[f"shed/heap used {what}"]["value"] for what in ("by the worker", "with one program")
    ]
    assert used[0] < used[1]
    assert figures["shed/largest free piece with it"]["value"] <= figures["shed/heap free"]["value"]
    assert not list(host.store.live())
    assert set(host.credentials.nodes) == users
    assert set(host.scheduler.fleet.nodes) == {"shed", "desk"}
    with MqttClient(host.address.mqtt_port, "desk", host.credentials.nodes["desk"]) as client:
        client.subscribe("#")
        assert client.all_heard() == []


@pytest.mark.parametrize("amid", ["starts on", "messages between host"])
def test_ctrl_c_leaves_nothing_behind(field: Field, amid: str) -> None:
    host = field.running.host
    field.add("shed")
    users = set(host.credentials.nodes)
    command = [sys.executable, "-m", "moonhop", "bench", "--fleet", FLEET, "--node", "shed"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while amid not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(BIRTH) == INTERRUPTED
    assert not list(host.store.live())
    assert set(host.credentials.nodes) == users


def test_node_on_a_host_is_measured_alike(field: Field, capsys: pytest.CaptureFixture[str]) -> None:
    running = field.running
    running.do(running.host.workers.start_cpython(running.host.add_node("desk")))
    wait_for(lambda: field.is_there("desk"), BIRTH, lambda: running.host.scheduler.fleet.nodes)
    assert bench("--node", "desk") == 0
    told = capsys.readouterr()
    names = {each["name"] for each in json.loads(told.out)}
    assert "desk/dhrystone" in names
    assert not any("hop" in name for name in names)
    assert "no other node" in told.err


def test_node_that_cannot_be_measured_is_told_in_one_line_with_the_reason(
    field: Field, capsys: pytest.CaptureFixture[str]
) -> None:
    board = field.add("shed")
    assert bench("--node", "barn") == 1
    assert said(capsys) == "moonhop: there is no node 'barn'; known nodes: shed"
    assert bench("--node", "shed", "hop") == 1
    assert said(capsys) == "moonhop: --node has measurements of its own; leave 'hop' out"
    board.kill()
    wait_for(lambda: not field.is_there("shed"), BIRTH, board.text)
    assert bench("--node", "shed") == 1
    assert said(capsys).startswith("moonhop: node 'shed' is lost; measure it when")
    state = json.loads((board.folder / SAFE).read_text())
    (board.folder / SAFE).write_text(json.dumps({**state, "boots": 3}))
    board.start()
    wait_for(lambda: field.is_there("shed"), BIRTH, board.text)
    assert bench("--node", "shed") == 1
    assert said(capsys).startswith(
        "moonhop: node 'shed' is in safe mode and runs no programs: 3 boots in a row failed;"
    )


def test_node_without_room_for_a_program_is_told_in_one_line_with_what_is_free(
    field: Field, capsys: pytest.CaptureFixture[str]
) -> None:
    running = field.running
    host = running.host
    worker = running.do(host.workers.start_micropython(host.add_node("shed"), TIGHT))
    wait_for(lambda: field.is_there("shed"), BIRTH, worker.complaint)
    assert bench("--node", "shed") == 1
    assert re.fullmatch(
        r"moonhop: node shed has not enough memory for the program 'small' \(.*\);"
        r" it has \d+ bytes free, \d+ in one piece",
        said(capsys),
    )
    assert not list(host.store.live())


@pytest.mark.parametrize("heaps", ["", "96", "96k,", "0k", "96k;128k"])
def test_heaps_of_virtual_boards_that_are_none_are_refused(
    capsys: pytest.CaptureFixture[str], heaps: str
) -> None:
    assert bench("--node", f"virtual:{heaps}") == 1
    assert "write them in kB, such as virtual:96k,128k,192k" in said(capsys)


def test_service_keeps_the_manifest_and_the_whole_of_the_program() -> None:
    source = FILE.read_text(encoding="latin-1")
    made = as_service(source)
    assert made.splitlines()[0] == source.splitlines()[0]
    assert source.partition("\n")[2] in made
