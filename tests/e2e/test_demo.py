"""``moonhop demo`` shows what it promises, within its time."""

import json
import subprocess
import sys
import time

import pytest

DEMO = [sys.executable, "-m", "moonhop", "demo"]
LONGEST = 60  # seconds


@pytest.fixture(scope="module")
def shown() -> tuple[subprocess.CompletedProcess[str], float]:
    """The demo's output without a terminal, and how many seconds it took."""
    start = time.monotonic()
    result = subprocess.run(DEMO, capture_output=True, text=True, timeout=LONGEST, check=False)
    return result, time.monotonic() - start


def test_demo_ends_well_within_a_minute_and_complains_of_nothing(shown) -> None:
    result, seconds = shown
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert seconds < LONGEST


def test_demo_names_the_node_of_each_step_and_the_time_of_each_hop(shown) -> None:
    lines = [line.split() for line in shown[0].stdout.splitlines()]
    output = [line[0] for line in lines if line[1:2] == ["|"]]
    changes = [
        node for node, before in zip(output, [None, *output], strict=False) if node != before
    ]
    assert changes == ["desktop", "board", "desktop"]
    hops = [line for line in lines if line[1:2] == ["hops"]]
    assert [(line[2], line[4].rstrip(":")) for line in hops] == [
        ("desktop", "board"),
        ("board", "desktop"),
    ]
    assert all(float(line[5]) > 0 and line[6] == "ms" for line in hops)


def test_demo_says_that_the_estimates_are_equal(shown) -> None:
    assert "all estimates are equal, row for row" in shown[0].stdout


@pytest.mark.parametrize("rows", [60, 91])
def test_hopped_run_publishes_each_row_once_and_in_order(rows: int) -> None:
    result = subprocess.run(
        [*DEMO, "--rows", str(rows), "--json"],
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["equal"]
    assert [int(line.split()[0]) for line in told["estimates"]] == list(range(1, rows + 1))
    assert [(hop["source"], hop["target"]) for hop in told["hops"]] == [
        ("desktop", "board"),
        ("board", "desktop"),
    ]
