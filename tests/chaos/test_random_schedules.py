"""Random misfortune: whatever dies or is cut off whenever, one copy of the process goes on."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moonhop.local_workers import LocalWorkers
from tests.chaos.schedules import rounds

ALWAYS = (0, 1, 2, 86, 127)  # in every run of the tests, the others nightly; the last two: NMP-055
NIGHTLY = 200
TIMEOUT = 240  # seconds


@pytest.mark.timeout(4 * TIMEOUT)
@pytest.mark.parametrize(
    "seed",
    [pytest.param(n, marks=[] if n in ALWAYS else [pytest.mark.nightly]) for n in range(NIGHTLY)],
)
def test_one_copy_goes_on_through_a_random_schedule(tmp_path: Path, seed: int) -> None:
    try:
        done: int | None = 0
        while done is not None:
            done = _carry_out(tmp_path, seed, done)
    finally:
        for worker in LocalWorkers(tmp_path / "lab" / "workers").running:
            worker.kill()


def _carry_out(home: Path, seed: int, first: int) -> int | None:
    """Have the rounds from `first` on done; give the next one if one kills the host, or None."""
    command = [sys.executable, "-m", "tests.chaos.schedules", str(home), str(seed), str(first)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    done = first + result.stdout.count("round ")
    if result.returncode == -signal.SIGKILL and rounds(seed)[done].victim == "host":
        return done + 1
    assert result.returncode == 0, (rounds(seed), result.stdout, result.stderr[-4000:])
    return None
