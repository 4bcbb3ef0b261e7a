"""Power is cut amid a write to a board's flash while it is deployed to: it boots what it ran, and
the same deployment again goes through."""

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from moonhop.boards.deploying import deploy
from moonhop.boards.repl import Repl
from moonhop.boards.sets import BoardSet, build_set
from moonhop.cli import main
from moonhop_core.errors import MoonhopError
from tests.boards.flash_board import FlashBoard
from tests.host.running import FLEET, RunningHost
from tests.micropython import ROOT

BLOCKS = 64
LARGE = 512  # blocks, which have room for the worker
SEED = 5
SAYS = "def main(how):\n    print('runs %s', how['trial'])\n"
NOTHING = "moonhop: no complete set of files on this board"
# What a deployment does, in its order, by the orders that the board gets for it.
STEPS = {
    "starts": r"'(boot|main|moonhop_start|black_box)\.m?py",
    "copies": r"^copy\(",
    "sends": r"^begin\('sets/new/(?!moonhop\.json)",
    "configures": r"^begin\('sets/new/moonhop\.json",
    "names": r"rename\('sets/new'",
    "lists": r"^begin\('sets/[0-9a-f]{12}/set\.json",
    "marks": r"'moonhop_boot\.json\.new'",
    "tidies": r"^remove\('sets/[0-9a-f]{12}'\)",
}


def worker(name: str) -> BoardSet:
    return BoardSet(
        {
            "moonhop_board.py": (SAYS % name).encode(),
            "same.mpy": b"same" * 2000,
            f"{name}/own.mpy": name.encode() * 700,
        }
    )


NEW = worker("new")


@cache
def starting() -> dict[str, bytes]:
    """Return what starts a set, as it is now."""
    return build_set(umqtt=True)[0]


def older_starting() -> dict[str, bytes]:
    """Return what starts a set in another form, which MicroPython would take rather than .mpy."""
    found = {
        f"{name}.py": ROOT / "firmware" / f"{name}.py" for name in ("moonhop_start", "black_box")
    }
    older = {path: source.read_bytes() + b"# older\n" for path, source in found.items()}
    return {**older, "boot.py": b"", "main.py": starting()["main.py"] + b"# older\n"}


passwords = itertools.count()


def put(repl: Repl, made: BoardSet, starts: Callable[[], dict[str, bytes]] = starting) -> None:
    """Deploy, with another credential each time."""

    def config() -> dict[str, str]:
        return {"node": "n", "password": str(next(passwords))}

    deploy(repl, starts(), made, config, lambda name, total, pieces: pieces)


@dataclass(frozen=True)
class Case:
    """A board before a deployment: what is done to it, what it runs, the step that changes that,
    and steps that there are not."""

    prepare: Callable[[Repl], None] | None
    runs: str
    turn: str
    without: tuple[str, ...] = ()

    @property
    def steps(self) -> list[str]:
        return [step for step in STEPS if step not in self.without]


def with_a_set(repl: Repl) -> None:
    put(repl, worker("old"))


def with_older_starters(repl: Repl) -> None:
    put(repl, worker("old"), older_starting)


def with_own_program(repl: Repl) -> None:
    repl.run("with open('main.py', 'w') as file: file.write('print(\"runs mine\")')")


def with_a_set_on_trial(repl: Repl) -> None:
    put(repl, worker("old"))
    there = worker("tried").with_config({"node": "n"})
    for _ in repl.write(list(there.on_board().items())):
        pass
    repl.run(f"import moonhop_start\nmoonhop_start.stage({there.name!r})")


CASES = {
    "nothing": Case(None, "nothing", "lists", ("copies", "tidies")),
    "set": Case(with_a_set, "old", "marks", ("starts",)),
    "other form of what starts sets": Case(with_older_starters, "old", "marks"),
    "own program": Case(with_own_program, "mine", "starts", ("copies", "tidies")),
    "set on trial": Case(with_a_set_on_trial, "old", "marks", ("starts",)),
}
DOSE = [("set", step) for step in CASES["set"].steps]
DOSE += [("nothing", step) for step in ("starts", "sends", "lists")]
DOSE += [("own program", "starts"), ("other form of what starts sets", "starts")]
DOSE += [("set on trial", "marks")]
Prepared = Callable[[str], tuple[bytes, dict[str, range]]]


class StepsRepl(Repl):
    """Notes the writes to flash of each step: the first, and the one behind the last."""

    def __enter__(self) -> "StepsRepl":
        self.steps: dict[str, range] = {}
        return super().__enter__()

    def run(self, code: str) -> bytes:
        found = [step for step, order in STEPS.items() if re.search(order, code)]
        if not found or code.startswith(("hashes", "read_json")):
            return super().run(code)
        first = self._writes()
        said = super().run(code)
        before = self.steps.get(found[0])
        self.steps[found[0]] = range(before.start if before else first, self._writes())
        return said

    def _writes(self) -> int:
        return int(super().run("print(flash_file.mounted[0].writes)"))


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory,
) -> Prepared:
    """Gives a case's flash before the deployment, and the writes of each step of it."""

    @cache
    def prepare(name: str) -> tuple[bytes, dict[str, range]]:
        folder = tmp_path_factory.mktemp("prepared")
        with FlashBoard(folder / "before", BLOCKS) as board:
            prepare = CASES[name].prepare
            if prepare:
                with Repl(board.url) as repl:
                    prepare(repl)
            before = board.image.read_bytes()
        with FlashBoard(folder / "whole", before) as board:
            board.said()
            with StepsRepl(board.url) as repl:
                put(repl, NEW)
                assert what_runs(repl) == "new"
            assert sorted(repl.steps) == sorted(CASES[name].steps)
            return before, repl.steps

    return prepare


def what_runs(repl: Repl) -> str:
    """Restart the board and return what it runs."""
    repl.restart()
    said = ""
    while ">>> " not in said.partition("soft reboot")[2]:
        said += repl.hear(0.1)
    return told(said.partition("soft reboot")[2])


def told(said: str) -> str:
    """Return what a board's console tells that it runs."""
    if match := re.search(r"^runs (\w+)", said, re.MULTILINE):
        return match[1]
    return "nothing" if NOTHING in said else "silence"


def cut_and_go_on(folder: Path, before: bytes, write: int) -> str:
    """Deploy to a board whose power is cut amid a write; return what it runs after that. Then do it
    again."""
    with FlashBoard(folder, before) as board:
        board.said()
        board.cut_amid(write)
        lost = r"lost the board at .*; check cable"
        with pytest.raises(MoonhopError, match=lost), Repl(board.url) as repl:
            put(repl, NEW)
        assert board.was_cut
        found = told(board.said())
        with Repl(board.url) as repl:
            put(repl, NEW)
            there = {path for path, _, _ in repl.ask_all("survey('.')")}
            assert what_runs(repl) == "new"
        assert len({path.split("/")[2] for path in there if path.startswith("./sets/")}) == 1, there
        assert not [path for path in there if path.endswith(".new")], there
    return found


def may_run(case: Case, steps: dict[str, range], write: int) -> set[str]:
    """Return what a board may run after a cut amid a write."""
    turn = steps[case.turn]
    if case.runs == "nothing" and write < steps["starts"].stop:
        return {"nothing", "silence"}  # there is nothing yet that could say so
    if write < turn.start:
        return {case.runs}
    return {"new"} if write >= turn.stop else {case.runs, "new"}


@pytest.mark.parametrize(("name", "step"), DOSE)
def test_cut_in_a_step_of_deploy_leaves_a_board_that_runs_what_it_ran(
    prepared: Prepared, tmp_path: Path, name: str, step: str
) -> None:
    before, steps = prepared(name)
    write = random.Random(f"{SEED} {name} {step}").choice(steps[step])
    assert cut_and_go_on(tmp_path, before, write) in may_run(CASES[name], steps, write)


def test_board_cut_amid_its_first_deployment_says_so_and_becomes_a_node_by_the_next(
    running: RunningHost, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    with FlashBoard(tmp_path / "board", LARGE, "640K") as board:
        board.said()
        deploy = ["board", "deploy", "--fleet", FLEET, "--port", board.url, "--name", "shed"]
        board.cut_amid(random.Random(SEED).randrange(100, 900))
        assert main(deploy) == 1
        assert board.was_cut
        assert "do it again: what has arrived is kept" in capsys.readouterr().err
        assert NOTHING in board.said()
        assert main(deploy) == 0
        assert "born      node shed" in capsys.readouterr().out
        assert running.host.scheduler.fleet.node("shed").ready


@pytest.mark.nightly
@pytest.mark.parametrize("name", CASES)
def test_cut_at_any_write_of_deploy_leaves_a_board_that_runs_what_it_ran(
    prepared: Prepared, tmp_path: Path, name: str
) -> None:
    before, steps = prepared(name)
    last = max(each.stop for each in steps.values())
    for write in range(last):
        found = cut_and_go_on(tmp_path, before, write)
        assert found in may_run(CASES[name], steps, write), write
