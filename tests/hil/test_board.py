"""What a board has to be able to do. Nothing here knows which board it is."""

from typing import Any

import pytest

from tests.hil.bench import Bench
from tests.hil.dut import BoardDut

pytestmark = pytest.mark.timeout(600)  # a real board is flashed by the first of them

COUNT = """
for i = 1, 5 do
  print(i, node.id)
  sleep(0.01)
end
"""
TRAVELLER = """
local seen = {}
for i = 1, 10000 do
  seen[#seen + 1] = i
  if #seen > 5 then table.remove(seen, 1) end
  print(i, node.id, #seen)
  sleep(0.02)
end
"""
COUNTED = [f"{i}\t{Bench.node}" for i in range(1, 6)]


def test_board_is_flashed_and_born_as_a_node(bench: Bench) -> None:
    told = bench.flashed
    assert told["node"] == bench.node
    assert told["sent"] > 0
    assert told["load"]["memory"]["free"] > 0
    assert bench.birth()["engines"] == ["python"]
    assert bench.birth()["boot"]["set"] == told["set"]


def test_board_runs_a_program(bench: Bench) -> None:
    assert bench.run(COUNT, bench.node) == COUNTED


def test_program_hops_to_the_board_and_back_without_a_gap(bench: Bench, desk: str) -> None:
    pid = bench.start(TRAVELLER, desk)
    for node in (bench.node, desk):
        wait_for_more(bench, pid)
        bench.moonhop("hop", pid, node)
    wait_for_more(bench, pid)
    bench.moonhop("stop", pid)
    rows = [line.split("\t") for line in bench.printed(pid)]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    assert {row[2] for row in rows[5:]} == {"5"}
    ways = [row[1] for row in rows]
    changes = [way for i, way in enumerate(ways) if i == 0 or ways[i - 1] != way]
    assert changes == [desk, bench.node, desk]


def test_board_tells_its_heap(bench: Bench, dut: BoardDut) -> None:
    bench.born_again(dut.reset)
    told = dut.expect(rb"moonhop: node (\S+) is ready, (\d+) bytes free", timeout=60)
    assert told[1].decode() == bench.node
    memory = load(bench)["memory"]
    assert 0 < int(told[2]) < memory["used"] + memory["free"]
    bench.run(COUNT, bench.node)
    assert load(bench)["memory"]["free"] > 0


def test_board_that_was_reset_is_born_again_and_says_why(bench: Bench, dut: BoardDut) -> None:
    ran = bench.birth()["boot"]["set"]
    boot = bench.born_again(dut.reset)["boot"]
    assert boot["cause"] == "reset"
    assert boot["set"] == ran
    assert "safe" not in boot
    assert bench.run(COUNT, bench.node) == COUNTED


def test_board_goes_over_to_tls_by_an_update_and_back(bench: Bench) -> None:
    plain = {"ca": None, "mqtt_port": bench.broker.port}
    secure = {"ca": bench.certificate.read_text(), "mqtt_port": bench.broker.tls_port}
    for config in (secure, plain):
        before = bench.birth()["boot"]["set"]
        boot = bench.update(config)["boot"]
        assert boot["set"] != before
        assert "failed" not in boot
        assert bench.run(COUNT, bench.node) == COUNTED


def test_third_failed_boot_leads_to_safe_mode_and_an_update_out_of_it(
    bench: Bench, dut: BoardDut
) -> None:
    bench.broker.stop()
    for _ in range(3):
        dut.reset()
        dut.expect_exact("moonhop: cannot reach the broker at", timeout=60)
    dut.reset()
    dut.expect_exact("moonhop: safe mode, no programs: 3 boots in a row failed", timeout=60)
    birth = bench.born_again(bench.broker.start)
    assert birth["engines"] == []
    assert birth["boot"]["safe"] == "3 boots in a row failed"
    with pytest.raises(AssertionError, match=f"node {bench.node} has no engine"):
        bench.run(COUNT, bench.node)
    birth = bench.update({"tags": ["left=safe-mode"]})
    assert birth["tags"] == ["left=safe-mode"]
    assert "safe" not in birth["boot"]
    assert bench.run(COUNT, bench.node) == COUNTED


def wait_for_more(bench: Bench, pid: str) -> None:
    """Wait until a program has printed some more lines."""
    before = len(bench.printed(pid))
    bench.wait(lambda: len(bench.printed(pid)) > before + 5)


def load(bench: Bench) -> dict[str, Any]:
    """Return the load that the board tells next."""
    node = bench.running.host.scheduler.fleet.node(bench.node)
    before = node.load
    bench.wait(lambda: node.load is not before)
    found: dict[str, Any] = node.load
    return found
