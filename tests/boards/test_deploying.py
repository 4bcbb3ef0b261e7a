"""Sets of files go onto boards over the console, and no break leaves a board that does not boot."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import serial

from moonhop.boards.console import BoardConsole
from moonhop.boards.deploying import Deployed, check_board, deploy
from moonhop.boards.repl import About, Repl
from moonhop.boards.sets import BoardSet
from moonhop_core.errors import MoonhopError
from tests.boards.rfc2217_server import USES_RFC2217, Rfc2217Server

STARTING = {
    "boot.py": b"",
    "main.py": b"import json\n"
    b"name = json.load(open('moonhop_boot.json'))['set']\n"
    b"print('ran', open('sets/%s/worker.mpy' % name).read())\n",
}
OLD = BoardSet(
    {"worker.mpy": b"old", "big.mpy": bytes(range(256)) * 40, "a/same.mpy": b"same" * 99}
)
NEW = BoardSet({**OLD.files, "worker.mpy": b"new", "b/more.mpy": bytes(9000)})


@pytest.fixture
def board(tmp_path: Path) -> Iterator[BoardConsole]:
    with BoardConsole(tmp_path / "flash", "192K") as console:
        yield console


def put(
    repl: Repl, worker: BoardSet, over: "Callable[..., Iterable[bytes]] | None" = None
) -> Deployed:
    config = {"node": "n", "password": worker.files["worker.mpy"].decode()}
    return deploy(
        repl, STARTING, worker, lambda: config, over or (lambda name, total, found: found)
    )


def files_below(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def what_runs(repl: Repl) -> str:
    """Restart the board and return what its main.py says."""
    repl.restart()
    said = ""
    for _ in range(100):
        said += repl.hear(0.1)
        if ">>> " in said.partition("soft reboot")[2]:
            break
    return said.partition("soft reboot")[2].partition("ran ")[2][:3]


def test_set_is_there_whole_and_runs(board: BoardConsole, tmp_path: Path) -> None:
    with Repl(board.url) as repl:
        done = put(repl, OLD)
        assert what_runs(repl) == "old"
    there = files_below(tmp_path / "flash")
    whole = OLD.with_config({"node": "n", "password": "old"})
    assert there == {**STARTING, **whole.on_board(), "moonhop_boot.json": whole.state_file()}
    assert done == Deployed(
        whole.name, sum(map(len, whole.files.values())), 4, sum(map(len, OLD.files.values()))
    )


@USES_RFC2217
def test_set_goes_onto_a_board_whose_port_another_machine_serves(board: BoardConsole) -> None:
    with Rfc2217Server(board.url) as server, Repl(server.url) as repl:
        put(repl, OLD)
        assert what_runs(repl) == "old"


def test_only_what_differs_is_sent_and_the_old_set_goes(
    board: BoardConsole, tmp_path: Path
) -> None:
    with Repl(board.url) as repl:
        put(repl, OLD)
        totals: list[int] = []

        def over(name: str, total: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
            totals.append(total)
            return pieces

        done = put(repl, NEW, over)
    assert done.sent == len(b"new") + 9000
    assert totals == [done.sent]
    assert {path.name for path in (tmp_path / "flash/sets").iterdir()} == {done.set}
    assert files_below(tmp_path / "flash/sets" / done.set)["big.mpy"] == OLD.files["big.mpy"]


class Break(Exception):
    """The cable is out."""


class BreakingRepl(Repl):
    """Takes so many orders and no more, if ``left`` says so."""

    left: int | None = None

    def run(self, code: str) -> bytes:
        if self.left == 0:
            raise Break
        if self.left:
            self.left -= 1
        return super().run(code)


def test_break_at_any_step_leaves_a_whole_set_and_the_next_attempt_goes_on(
    board: BoardConsole, tmp_path: Path
) -> None:
    home = tmp_path / "flash"
    with BreakingRepl(board.url) as repl:
        put(repl, OLD)
        orders, seen = 0, set()
        totals: list[int] = []

        def over(name: str, total: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
            totals.append(total)
            return pieces

        while True:
            repl.left = orders
            try:
                done = put(repl, NEW, over)
                break
            except Break:
                state = json.loads((home / "moonhop_boot.json").read_text())
                there = files_below(home / "sets" / state["set"])
                runs = BoardSet({p: data for p, data in there.items() if p != "set.json"})
                assert runs.name == state["set"]
                assert runs.list_file == there["set.json"]
                seen.add(there["worker.mpy"])
            orders += 1
        repl.left = None
        assert seen == {b"old", b"new"}
        assert done.sent == 0  # what the attempts before have sent is kept
        assert totals == sorted(totals, reverse=True)
        assert what_runs(repl) == "new"


def test_what_an_attempt_for_another_version_has_left_goes(
    board: BoardConsole, tmp_path: Path
) -> None:
    with BreakingRepl(board.url) as repl:
        repl.left = 3
        with pytest.raises(Break):
            put(repl, OLD)
        repl.left = None
        put(repl, BoardSet({"worker.mpy": b"1"}))
    assert {path.name for path in (tmp_path / "flash/sets").rglob("*.mpy")} == {"worker.mpy"}


def test_board_that_is_lost_amid_is_told_in_one_line(board: BoardConsole) -> None:
    def over(name: str, total: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            board.__exit__()
            yield piece

    with pytest.raises(MoonhopError) as caught, Repl(board.url) as repl:
        put(repl, OLD, over)
    assert str(caught.value).startswith(f"lost the board at {board.url} (")
    assert "what has arrived is kept" in str(caught.value)


@pytest.mark.parametrize(
    ("version", "mpy", "says"),
    [
        ((1, 23, 0), 0x0B06, "has MicroPython 1.23.0; write 1.24 or newer with: moonhop flash"),
        ((1, 31, 0), 0x0007, "loads .mpy 7, mpy-cross here makes 6; install the mpy-cross of"),
        ((1, 24, 0), 0, "loads no .mpy, mpy-cross here makes 6"),
    ],
)
def test_micropython_that_cannot_run_what_is_made_here_is_refused(
    version: tuple[int, ...], mpy: int, says: str
) -> None:
    about = About(version, mpy, "", "Generic ESP32 module with ESP32", "esp32", 1, "", True, True)
    with pytest.raises(MoonhopError) as caught:
        check_board(about, "/dev/ttyUSB0")
    assert says in str(caught.value)


def test_port_that_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = f"socket://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(MoonhopError, match=f"nothing answers at {port}; check cable and port"):
            Repl(port, answer=0.3).__enter__()


def test_board_without_micropython_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = f"socket://127.0.0.1:{other.getsockname()[1]}"

        def babble() -> None:
            client, _ = other.accept()
            with client:
                while client.recv(100):
                    client.sendall(b"ERROR: unknown command\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        with pytest.raises(MoonhopError, match=f"what answers at {port} has no prompt of Micro"):
            Repl(port, answer=0.3).__enter__()
        thread.join()


def test_ports_that_do_not_open_are_told(tmp_path: Path) -> None:
    with pytest.raises(MoonhopError, match=r"there is no port .*ttyUSB7; plug the board in"):
        Repl(str(tmp_path / "ttyUSB7")).__enter__()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    with pytest.raises(MoonhopError, match="nothing answers at socket://"):
        Repl(f"socket://127.0.0.1:{number}").__enter__()
    master, slave = os.openpty()
    with (
        serial.Serial(os.ttyname(slave), exclusive=True),
        pytest.raises(MoonhopError, match="is busy"),
    ):
        Repl(os.ttyname(slave)).__enter__()
    os.close(slave)
    os.close(master)
