"""The heap of a board stays flat, whatever its programs do, and however often its link breaks."""

from pathlib import Path

import pytest

from tests.soak.flatness import growth, is_flat
from tests.soak.programs import LEAK
from tests.soak.soaking import CUT, RESTARTED, UNHEARD, Plan, soak

DOSE = 6000  # messages
POINTS = 16  # looks at the heap
SEED = 1


def test_heap_is_flat_and_no_message_is_lost_or_doubled(tmp_path: Path) -> None:
    report = soak(tmp_path, Plan(DOSE, SEED, POINTS))
    assert report.trouble == []
    assert set(report.breaks) == {CUT, UNHEARD, RESTARTED}
    assert report.hops > 1
    assert is_flat(report.samples), (growth(report.samples), report.samples)


def test_program_that_keeps_a_little_of_each_message_is_found(tmp_path: Path) -> None:
    report = soak(tmp_path, Plan(DOSE, SEED, POINTS, 0, LEAK, heap="640K"))
    assert report.trouble == []
    assert not is_flat(report.samples), (growth(report.samples), report.samples)


@pytest.mark.nightly
@pytest.mark.timeout(3 * 3600)
def test_heap_is_flat_over_a_million_messages(tmp_path: Path) -> None:
    report = soak(tmp_path, Plan(1_000_000, SEED, points=200, breaks=60), print)
    assert report.trouble == []
    assert is_flat(report.samples), (growth(report.samples), report.samples)
