"""The check for a flat heap finds what leaks, and nothing else."""

import random
from collections.abc import Callable

import pytest

from tests.soak.flatness import LEAK, TOLERANCE, Sample, growth, is_flat

MESSAGES = 6000
POINTS = 24


def series(used: Callable[[int], float], messages: int = MESSAGES) -> list[Sample]:
    moments = [messages * i // POINTS for i in range(1, POINTS + 1)]
    return [Sample(at, round(used(at)), 60_000, 30_000) for at in moments]


def test_flat_heap_with_noise_is_flat() -> None:
    chance = random.Random(1)
    assert is_flat(series(lambda at: 140_000 + chance.randint(-3000, 3000)))


def test_warm_up_is_no_leak() -> None:
    assert is_flat(series(lambda at: 140_000 + min(at, MESSAGES / 4) * 20))


def test_single_peaks_are_no_leak() -> None:
    assert is_flat(series(lambda at: 140_000 + (20_000 if at == MESSAGES else 0)))


def test_leak_of_eight_bytes_a_message_is_found_amid_noise() -> None:
    chance = random.Random(2)
    leaking = series(lambda at: 140_000 + LEAK * at + chance.randint(-3000, 3000))
    assert growth(leaking) > TOLERANCE
    assert not is_flat(leaking)


def test_leak_that_comes_in_steps_as_tables_double_is_found() -> None:
    assert not is_flat(series(lambda at: 140_000 + 16 * 2 ** at.bit_length()))


def test_run_too_short_to_show_a_leak_is_refused() -> None:
    with pytest.raises(ValueError, match="does not show in 400 messages"):
        growth(series(lambda at: 140_000, 400))
    with pytest.raises(ValueError, match="too few samples"):
        growth(series(lambda at: 140_000)[::6])
