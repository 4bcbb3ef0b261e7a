"""Power is cut amid a write to a board's flash while it is updated over the air: it comes back as a
node, and the same command updates it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from moonhop.boards.configuration import Wish
from moonhop.boards.joining import join
from moonhop.boards.repl import Repl
from moonhop.cli import main
from moonhop.cli.client import Client
from moonhop.scheduler.fleet import NodeState
from tests.boards.field import BIRTH
from tests.boards.flash_board import FlashBoard
from tests.host.running import FLEET, RunningHost
from tests.waiting import wait_for

BLOCKS = 512
WRITES = range(20, 1800)  # of an update, about; those before are of the boot
CUTS = 20


@dataclass
class Place:
    """A host, and a board that is its node "shed"."""

    running: RunningHost
    board: FlashBoard

    @property
    def shed(self) -> NodeState:
        return self.running.host.scheduler.fleet.node("shed")

    def until_born(self, session: str) -> None:
        """Wait for a birth after that of a session."""
        wait_for(
            lambda: self.shed.usable and self.shed.session != session, BIRTH, lambda: self.shed
        )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("MOONHOP_HOME", str(tmp_path))
    with (
        RunningHost(tmp_path) as running,
        FlashBoard(tmp_path / "board", BLOCKS, "640K") as board,
    ):
        place = Place(running, board)
        host = Client(running.host.address)
        join(board.url, host, Wish("shed"), print, lambda _, __, pieces: pieces)
        yield place


def cut_and_update(place: Place, changes: Path, write: int) -> None:
    """Update a board whose power is cut amid a write; then do it again."""
    changes.write_text(f'{{"tags": ["write={write}"]}}')
    update = ["update", "--fleet", FLEET, "--config", str(changes)]
    session = place.shed.session
    place.board.cut_amid(write)
    with Repl(place.board.url) as repl:
        repl.restart()
    place.until_born(session)
    session = place.shed.session
    if main(update) == 1:  # it is 0 if it was cut behind the last step, or on trial
        place.until_born(session)
        assert main(update) == 0
    assert place.board.was_cut
    assert place.shed.birth["tags"] == [f"write={write}"]


def test_board_that_is_cut_off_its_power_amid_an_update_is_updated_by_the_same_command(
    place: Place, tmp_path: Path
) -> None:
    cut_and_update(place, tmp_path / "changes.json", random.Random(5).choice(WRITES))


@pytest.mark.nightly
def test_board_is_updated_again_and_again_with_its_power_cut_at_random_each_time(
    place: Place, tmp_path: Path
) -> None:
    dice = random.Random(6)
    for _ in range(CUTS):
        cut_and_update(place, tmp_path / "changes.json", dice.choice(WRITES))
