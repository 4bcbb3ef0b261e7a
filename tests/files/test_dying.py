"""A store that is killed, or whose power goes, amid its work loses nothing that it has confirmed.

A workload dies at each of the places where it writes (tests/files/dying): a small dose here, all
of them nightly.
"""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.dying.checks import check_whole
from tests.files.dying.disk import Disk
from tests.files.dying.doomed import Doomed, Life, doomed
from tests.files.dying.workload import Workload

STEPS = 30
DOSE = 40  # places for each test that is not nightly
SHARES = (0.0, 0.5, 0.9, 1.0)  # of what was not synced, that survives a power cut


@pytest.fixture(scope="module")
def dying() -> Iterator[Doomed]:
    with doomed() as found:
        yield found


def die_everywhere(dying: Doomed, folder: Path, seed: int, places: int) -> None:
    """Kill a workload at so many places, evenly spread."""
    workload = Workload(seed, STEPS)
    whole = dying.live(folder / "whole", seed, STEPS)
    assert (whole.last("begun"), whole.last("done"), whole.killed) == (STEPS, STEPS, False)
    check_whole(folder / "whole/files", workload, STEPS, STEPS)
    step = max(1, whole.places // places)
    for mode in ("before", "amid"):
        for die in range(1 + random.Random(seed).randrange(step), whole.places + 1, step):
            top = folder / f"{mode}-{die}"
            life = dying.live(top, seed, STEPS, die=die, mode=mode)
            if (top / "files").exists():
                check_whole(top / "files", workload, life.last("begun"), life.last("done"))
            shutil.rmtree(top)


def cut_power_everywhere(life: Life, folder: Path, seed: int, cuts: int) -> None:
    """Cut the power at so many places of what happened, evenly spread, in several ways each."""
    workload, chance = Workload(seed, STEPS), random.Random(seed)
    disk = Disk(folder / "top")
    begun = done = 0
    step = max(1, life.places // cuts)
    due = chance.randrange(step)
    for count, each in enumerate(life.log):
        if each[0] == "begun":
            begun = max(begun, each[1])  # a later life begins with what is in doubt
        elif each[0] == "done":
            done = each[1]
        else:
            disk.apply(each)
        if count % step != due:
            continue
        for share in SHARES if step == 1 else (chance.choice(SHARES),):
            image = folder / "image"
            disk.cut(image, chance, share)
            check_whole(image / "files", workload, begun, done)
            shutil.rmtree(image)


@pytest.mark.parametrize("seed", [1, 2])
def test_store_that_is_killed_amid_its_writes_is_whole(dying, tmp_path, seed) -> None:
    die_everywhere(dying, tmp_path, seed, DOSE // 2)


@pytest.mark.parametrize("seed", [3, 4])
def test_store_loses_nothing_it_has_confirmed_when_the_power_goes(dying, tmp_path, seed) -> None:
    life = dying.live(tmp_path / "top", seed, STEPS)
    cut_power_everywhere(life, tmp_path, seed, DOSE)


@pytest.mark.parametrize("seed", [5, 6])
def test_store_that_was_killed_before_loses_nothing_when_the_power_goes(
    dying, tmp_path, seed
) -> None:
    cut_power_everywhere(killed_again_and_again(dying, tmp_path, seed), tmp_path, seed, DOSE)


def killed_again_and_again(dying: Doomed, folder: Path, seed: int) -> Life:
    """Let a store live several times in one folder, each time till it is killed; the first time
    after a file or folder got its name, and before that is synced."""
    chance = random.Random(seed)
    ops = dying.live(folder / "whole", seed, STEPS).ops
    named = [place + 2 for place, op in enumerate(ops) if op[0] in ("rename", "mkdir")]
    life = dying.live(folder / "top", seed, STEPS, die=chance.choice(named))
    while life.killed:
        done = life.last("done")
        life = dying.live(folder / "top", seed, STEPS, done, die=chance.randint(20, 300))
    return life


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10, 13))
def test_store_that_is_killed_at_any_place_is_whole(dying, tmp_path, seed) -> None:
    die_everywhere(dying, tmp_path, seed, 1 << 30)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(20, 23))
def test_store_loses_nothing_wherever_the_power_goes(dying, tmp_path, seed) -> None:
    life = dying.live(tmp_path / "top", seed, STEPS)
    cut_power_everywhere(life, tmp_path, seed, 1 << 30)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(30, 40))
def test_store_that_was_often_killed_loses_nothing_wherever_the_power_goes(
    dying, tmp_path, seed
) -> None:
    cut_power_everywhere(killed_again_and_again(dying, tmp_path, seed), tmp_path, seed, 200)
