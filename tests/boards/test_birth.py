"""Why a board does not join, told from what it says on its console."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.birth import NotBorn, restart_and_wait, why_not
from moonhop.boards.console import BoardConsole
from moonhop.boards.repl import Repl

JOINING = "moonhop: wifi: joining shed\r\n"


class Nobody:
    """A host that never hears of the node."""

    def get(self, path: str) -> Any:
        return []


@pytest.fixture
def board(tmp_path: Path) -> Iterator[BoardConsole]:
    with BoardConsole(tmp_path / "flash", "192K") as console:
        yield console


@pytest.mark.parametrize(
    ("said", "reason", "final"),
    [
        (
            2 * (JOINING + "moonhop: wifi: wrong password for shed\r\n"),
            "the Wi-Fi 'shed' does not take the password; give it again: moonhop board deploy"
            " --wifi 'shed'",
            True,
        ),
        (
            JOINING + "moonhop: wifi: wrong password for shed\r\n",
            "the Wi-Fi 'shed' does not take the password",
            False,
        ),
        (
            2 * (JOINING + "moonhop: wifi: no network shed\r\n"),
            "the board finds no Wi-Fi 'shed'; check the name",
            True,
        ),
        (
            "moonhop: wifi: no answer from shed (status 1001)\r\n",
            "the board cannot join the Wi-Fi 'shed' (status 1001)",
            False,
        ),
        (
            "moonhop: wifi: wrong password for shed\r\n"
            "moonhop: wifi: connected to shed as 192.168.1.9\r\n"
            "moonhop: cannot reach the broker at 192.168.1.2:1883 [Errno 111] ECONNREFUSED\r\n",
            "the board reaches no broker at 192.168.1.2:1883; look whether",
            False,
        ),
        (
            "moonhop: the broker at 192.168.1.2:1883 refuses this node (5); check its name\r\n",
            "the broker at 192.168.1.2:1883 refuses the board's credential",
            True,
        ),
        (
            'Traceback (most recent call last):\r\n  File "x.py", line 1\r\n'
            "MemoryError: memory allocation failed, allocating 4096 bytes\r\n",
            "the worker does not fit into the board's heap",
            True,
        ),
        (
            'Traceback (most recent call last):\r\n  File "main.py", line 3, in <module>\r\n'
            "KeyError: node\r\n",
            "the board's program broke off: KeyError: node",
            False,
        ),
    ],
)
def test_what_the_console_says_is_told_as_what_to_do(said: str, reason: str, final: bool) -> None:
    trouble = why_not("rst:0x1 (POWERON_RESET)\r\n" + said)
    assert trouble
    assert reason in trouble.text
    assert trouble.final is final


def test_a_board_that_says_no_more_than_usual_has_no_trouble() -> None:
    assert (
        why_not(
            "ets Jun  8 2016\r\n" + JOINING + "moonhop: wifi: connected to shed as 10.0.0.9\r\n"
        )
        is None
    )


def test_a_final_reason_ends_the_wait(board: BoardConsole, tmp_path: Path) -> None:
    text = "moonhop: the broker at 10.0.0.1:1883 refuses this node (5); check its name"
    (tmp_path / "flash/main.py").write_text(f"print({text!r})\nwhile True: pass\n")
    steps: list[str] = []
    with Repl(board.url) as repl, pytest.raises(NotBorn, match="refuses the board's credential"):
        restart_and_wait(Nobody(), repl, "shed", 60, steps.append)
    assert steps == [text.removeprefix("moonhop: ")]


def test_a_board_that_is_silent_is_waited_for_so_long(board: BoardConsole) -> None:
    said = "node 'shed' was not born in 0.5 s; it says nothing of moonhop; the board keeps trying"
    with Repl(board.url) as repl, pytest.raises(NotBorn, match=said):
        restart_and_wait(Nobody(), repl, "shed", 0.5, lambda line: None)
