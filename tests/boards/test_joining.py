"""Boards become nodes of a running host by one command, and stay so with new credentials."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from moonhop.boards.birth import NotBorn
from moonhop.boards.configuration import Wish
from moonhop.boards.console import BoardConsole
from moonhop.boards.joining import Joined, join
from moonhop.boards.sets import build_set
from moonhop.cli import main
from moonhop.cli.client import Client, Refused
from moonhop.credentials import Credentials
from tests.brokers import free_port
from tests.host.running import FLEET, RunningHost

HEAP = "640K"  # a virtual board whose heap has room for the worker's bytecode too

SHELTER = """
name = "shelter"
chip = "unix"
heap = "640K"
float_bits = 64
mpy_arch = ""

[sensors.warmth]
driver = "constant"
value = 20
"""


class Place:
    """A host, and a board that has the worker; ``folder`` is its flash."""

    def __init__(self, running: RunningHost, board: BoardConsole, folder: Path) -> None:
        self.running, self.board, self.folder = running, board, folder
        self.first: Joined

    def join(self, wish: Wish, host: Client | None = None, wait: float = 60.0) -> Joined:
        client = host or Client(self.running.host.address)
        return join(self.board.url, client, wish, print, lambda _, __, pieces: pieces, wait=wait)

    def console(self) -> serial.Serial:
        """Return the board's console; close it."""
        return serial.serial_for_url(self.board.url, timeout=30)

    def config(self) -> dict[str, Any]:
        name = json.loads((self.folder / "moonhop_boot.json").read_text())["set"]
        found: dict[str, Any] = json.loads(
            (self.folder / "sets" / name / "moonhop.json").read_text()
        )
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Sending the worker takes seconds, so the tests share a board, which is node "shed" or what
    they make of it."""
    home = tmp_path_factory.mktemp("place")
    with RunningHost(home) as running, BoardConsole(home / "flash", HEAP) as board:
        place = Place(running, board, home / "flash")
        place.first = place.join(Wish("shed", tags=("zone=north",)))
        yield place


def command(place: Place, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("MOONHOP_HOME", str(place.running.home))
    return main(["board", *arguments, "--fleet", FLEET])


def test_board_becomes_a_node_with_a_credential_of_its_own(
    place: Place, monkeypatch, capsys
) -> None:
    assert place.first.sent > 100_000
    again = ("deploy", "--port", place.board.url, "--name", "shed", "--tag", "zone=north")
    assert command(place, monkeypatch, *again) == 0
    out = capsys.readouterr().out
    assert "born      node shed on the virtual at socket://" in out
    assert "kB of heap free" in out
    host = place.running.host
    assert host.scheduler.fleet.node("shed").ready
    assert host.scheduler.fleet.node("shed").birth["tags"] == ["zone=north"]
    starting, worker = build_set(umqtt=True)
    (home,) = (place.folder / "sets").iterdir()
    assert {path: (home / path).read_bytes() for path in worker.files} == worker.files
    assert {path: (place.folder / path).read_bytes() for path in starting} == starting
    password = place.config()["password"]
    assert host.credentials.nodes["shed"] == password

    as_it_is = ("deploy", "--port", place.board.url, "--json")
    assert command(place, monkeypatch, *as_it_is) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["node"], told["board"], told["sent"]) == ("shed", "virtual", 0)
    assert told["load"]["memory"]["free"] > 0
    assert place.config()["tags"] == ["zone=north"]
    assert host.credentials.nodes["shed"] == place.config()["password"] != password


def test_board_has_the_things_of_a_file_of_ones_own_and_keeps_them(
    place: Place, monkeypatch, tmp_path: Path
) -> None:
    (tmp_path / "shelter.toml").write_text(SHELTER)
    monkeypatch.chdir(tmp_path)
    deploy = ("deploy", "--port", place.board.url, "--name", "shed")
    assert command(place, monkeypatch, *deploy, "--board", "./shelter.toml") == 0
    board = place.running.host.scheduler.fleet.node("shed")
    assert board.birth["kind"] == "shelter"
    things = place.config()["things"]
    assert things["sensors"]["warmth"]["value"] == 20
    assert command(place, monkeypatch, *deploy) == 0
    assert (place.config()["things"], place.config()["board"]) == (things, "shelter")
    assert command(place, monkeypatch, *deploy, "--board", "virtual") == 0
    assert "things" not in place.config()


def test_a_node_that_is_there_is_not_replaced_unasked(place: Place) -> None:
    running = place.running
    running.do(running.host.workers.start_cpython(running.host.add_node("desk")))
    desk = running.host.workers.of("desk")
    assert desk
    running.do(running.host.wait_for_worker(desk))
    password = running.host.credentials.nodes["desk"]
    before, resets = place.config(), place.board.resets
    with pytest.raises(Refused, match="node 'desk' is there already; choose another name"):
        place.join(Wish("desk"))
    assert running.host.credentials.nodes["desk"] == password
    assert place.config() == before
    with place.console() as port:  # the board was started again, with its worker
        port.write(b"\x03")
        assert b"moonhop: stopped" in port.read_until(b"moonhop: stopped")
    assert place.board.resets > resets


def test_credential_that_the_broker_refuses_is_told(place: Place) -> None:
    class Forger(Client):
        def post(self, path: str, body: Any = None) -> Any:
            return {**super().post(path, body), "password": "wrong"}

    with pytest.raises(NotBorn, match="refuses the board's credential"):
        place.join(Wish("gate"), Forger(place.running.host.address))


def test_broker_that_is_not_there_is_told(place: Place) -> None:
    port = free_port()

    class Elsewhere(Client):
        def post(self, path: str, body: Any = None) -> Any:
            return {**super().post(path, body), "mqtt_port": port}

    with pytest.raises(NotBorn, match=f"no broker at 127.0.0.1:{port}; .*the board keeps trying"):
        place.join(Wish("gate"), Elsewhere(place.running.host.address), wait=4.0)


def test_credential_is_taken_back(running: RunningHost, monkeypatch, capsys) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    host = running.host
    config = Client(host.address).post("/api/nodes/gate/credential", {"replace": False})
    assert host.broker.access.knows("gate", config["password"])  # type: ignore[union-attr]
    assert main(["board", "expel", "gate", "--fleet", FLEET]) == 0
    assert "gate is cut off" in capsys.readouterr().out
    assert not host.broker.access.knows("gate", config["password"])  # type: ignore[union-attr]
    assert "gate" not in Credentials(host.state).nodes
    assert main(["board", "expel", "gate", "--fleet", FLEET]) == 1
    assert "there is no node 'gate' with a credential" in capsys.readouterr().err


def test_boards_name_of_a_node_is_checked_before_anything_is_done(running, capsys) -> None:
    assert main(["board", "deploy", "--port", "/dev/null", "--name", "a/b"]) == 1
    assert "node id 'a/b' is not allowed" in capsys.readouterr().err
