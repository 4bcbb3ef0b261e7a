"""The scheduler over simulated fleets: nothing is where it must not be, whatever happens."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from moonhop.sim.run import Report, simulate
from moonhop_core.errors import MoonhopError

POLICIES = ("first-fit", "best-fit", "spread", "nearest", "optimal")


def timeless(report: Report) -> Report:
    return replace(report, placements_per_s=0, seconds=0)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_doubled_or_misplaced_by_deaths_drains_and_returns(
    policy: str, seed: int
) -> None:
    report = simulate(20, 300, seed, policy, events=15)
    assert report.violations == 0
    assert report.deaths
    assert report.placements >= 300


def test_full_fleet_makes_what_does_not_fit_wait() -> None:
    report = simulate(3, 400, 1, events=6)
    assert report.waiting > 0
    assert report.violations == 0


def test_same_seed_gives_the_same_fleet() -> None:
    assert timeless(simulate(10, 100, 7)) == timeless(simulate(10, 100, 7))
    assert timeless(simulate(10, 100, 7)) != timeless(simulate(10, 100, 8))


@pytest.mark.parametrize(
    ("nodes", "processes", "events", "complaint"),
    [
        (0, 10, 1, "at least one node"),
        (1, -1, 1, "no negative numbers"),
        (1, 1, -1, "no negative numbers"),
        (10**9, 1, 1, "nodes would not fit this machine"),
        (1, 10**9, 1, "processes would not fit this machine"),
        (1, 1, 10**9, "events would not fit this machine"),
    ],
)
def test_senseless_numbers_are_refused(
    nodes: int, processes: int, events: int, complaint: str
) -> None:
    with pytest.raises(MoonhopError, match=complaint):
        simulate(nodes, processes, 1, events=events)


def test_command_tells_placements_moves_and_violations(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "moonhop", "sim", "--nodes", "5", "--processes", "50"]
    result = subprocess.run(
        [*command, "--seed", "3", "--json"], capture_output=True, cwd=tmp_path, check=True
    )
    report = json.loads(result.stdout)
    assert report["violations"] == 0
    assert report["placements_per_s"] > 0
    assert report["moves"] >= 0
    wrong = subprocess.run([*command, "--policy", "x"], capture_output=True, check=False)
    assert wrong.returncode == 1
    assert b"there is no policy 'x'; known: first-fit" in wrong.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(200))
def test_many_fleets_from_seeds(seed: int) -> None:
    report = simulate(30, 600, seed, POLICIES[seed % 4], events=30)
    assert report.violations == 0
