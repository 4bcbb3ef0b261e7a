"""Full flash: what does not fit is refused before anything is written, and a board that is full to
the last byte goes on."""

import ast
from pathlib import Path

from moonhop.boards.repl import Repl
from moonhop.boards.sets import BoardSet
from moonhop_core.errors import MoonhopError
from tests.boards.flash_board import BLOCK, FlashBoard
from tests.boards.test_cuts_of_deploy import BLOCKS, NEW, put, what_runs, worker
from tests.micropython import ROOT, run_micropython

FILL = """
remove("mine")
with open("mine", "wb") as file:
    for _ in range({}):
        file.write(bytes({}))
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


def test_board_that_is_full_to_the_last_byte_boots_counts_and_knows_that_it_has_no_room() -> None:
    script = Path(__file__).with_name("full_flash.py")
    result = run_micropython(script, path=[ROOT / "firmware"], heap="4M")
    assert result.returncode == 0, result.stdout + result.stderr
    blocks, _, free = ast.literal_eval(result.stdout)
    assert not 0 < free <= blocks, "it is not full"
