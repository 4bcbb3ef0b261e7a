"""Full flash: what does not fit is refused before anything is written, and a board that is full to
the last byte goes on."""

import ast
from collections.abc import Callable
from pathlib import Path

from moonhop.boards.configuration import Wish
from moonhop.boards.joining import join
from moonhop.boards.repl import Repl
from moonhop.boards.sets import BoardSet
from moonhop.cli import main
from moonhop.cli.client import Client
from moonhop.scheduler.rows import NewProcess
from moonhop_core.errors import MoonhopError
from tests.boards.field import BIRTH
from tests.boards.flash_board import BLOCK, FlashBoard
from tests.boards.test_cuts_of_deploy import BLOCKS, NEW, put, what_runs, worker
from tests.host.running import FLEET, RunningHost
from tests.micropython import ROOT, run_micropython
from tests.waiting import wait_for

LARGE = 512  # blocks

FILL = """
remove("mine")
with open("mine", "wb") as file:
    for _ in range({}):
        file.write(bytes({}))
"""


FILL_UP = """
number, size = 0, {}
while size:
    number += 1
    try:
        with open("full%d" % number, "wb") as file:
            file.write(bytes(size))
    except OSError:
        remove("full%d" % number)
        size //= 2
"""
PROGRAM = b"""
print(pcall(fs.write, "large", ("x"):rep(5000)))
print(pcall(fs.append, "large", ("x"):rep(5000)))
fs.write("small", "there is room for this")
print(fs.read("small"))
"""


def writes(repl: Repl) -> int:
    return int(repl.run("print(flash_file.mounted[0].writes)"))


def least_room(repl: Repl, made: BoardSet) -> str:
    """Deploy to a flash that is too full, and has a block more each time until it fits; return what
    is said where one block lacks."""
    repl.run("remove('mine')")
    _, free = repl.ask("room()")
    said = ""
    for taken in range(free // BLOCK - 24, 0, -1):
        repl.run(FILL.format(taken, BLOCK))
        before = writes(repl)
        try:
            put(repl, made)
            return said
        except MoonhopError as error:
            said = str(error)
            assert writes(repl) == before, said
    raise AssertionError("it has no room anywhere")


def test_deploy_that_lacks_a_block_writes_nothing_and_one_that_has_it_goes_through(
    tmp_path: Path,
) -> None:
    many = BoardSet({**worker("new").files, **{f"more/{n}/m.mpy": b"m" * n for n in range(6)}})
    with FlashBoard(tmp_path, 2 * BLOCKS) as board, Repl(board.url) as repl:
        put(repl, worker("old"))
        for made in (NEW, many):
            said = least_room(repl, made)
            assert "is full: " in said
            assert "are free; remove files of yours there, or write it anew with: moonhop" in said
        assert what_runs(repl) == "new"


def test_board_without_room_joins_runs_programs_and_refuses_an_update(
    running: RunningHost, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    host = running.host
    shed = lambda: host.scheduler.fleet.node("shed")  # noqa: E731
    with FlashBoard(tmp_path / "board", LARGE, "2M") as board:
        joined = join(
            board.url, Client(host.address), Wish("shed"), print, lambda _, __, pieces: pieces
        )
        wait_for(lambda: shed().usable, BIRTH, shed)
        session = shed().session
        with Repl(board.url) as repl:
            repl.run(FILL_UP.format(32 * BLOCK))
            assert repl.ask("room()")[1] < BLOCK
            repl.restart()
        wait_for(lambda: shed().usable and shed().session != session, BIRTH, board.said)
        session = shed().session

        changes = tmp_path / "changes.json"
        changes.write_text('{"tags": ["zone=north"]}')
        assert main(["update", "--config", str(changes), "--fleet", FLEET]) == 1
        assert "shed: not updated: flash is full: " in capsys.readouterr().out

        running.http.put("/api/quotas", json={"account": "node:shed", "bytes": 4000})
        hash = host.programs.add(PROGRAM, "p.lua").hash

        async def run() -> list[str]:
            row = host.scheduler.submit(NewProcess("p", hash, [], "shed"))
            return [
                line["text"]
                async for line in host.scheduler.logs.follow(row.pid, None, over(row.pid))
            ]

        def over(pid: str) -> Callable[[], bool]:
            return lambda: host.store.process(pid).over

        written, appended, read = running.do(run())
        for told in (written, appended):
            assert told.startswith("false\t")
            assert "quota" in told
        assert read == "there is room for this"
        assert (shed().session, shed().birth["boot"]["set"]) == (session, joined.set)


def test_board_that_is_full_to_the_last_byte_boots_counts_and_knows_that_it_has_no_room() -> None:
    script = Path(__file__).with_name("full_flash.py")
    result = run_micropython(script, path=[ROOT / "firmware"], heap="4M")
    assert result.returncode == 0, result.stdout + result.stderr
    blocks, _, free = ast.literal_eval(result.stdout)
    assert not 0 < free <= blocks, "it is not full"
