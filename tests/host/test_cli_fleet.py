"""Applications, copies, drains and their reasons from the command line, on a real node."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from moonhop.resources import folder
from tests.host.running import FLEET, RunningHost
from tests.host.shell import Shell

GREENHOUSE = str(folder("examples") / "greenhouse" / "greenhouse.toml")
COUNTER = b"local n = 0 while true do n = n + 1 print(n) sleep(0.01) end"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Shell]:
    """A shell beside a host with the node `a`."""
    with RunningHost(tmp_path) as running:
        running.do(start_node(running))
        shell = Shell(tmp_path)
        shell.env["MOONHOP_FLEET"] = FLEET
        shell.running = running  # type: ignore[attr-defined]
        (tmp_path / "counter.lua").write_bytes(COUNTER)
        yield shell


async def start_node(running: RunningHost) -> None:
    worker = await running.host.workers.start_cpython(running.host.add_node("a"))
    await running.host.wait_for_worker(worker)


def said(result: subprocess.CompletedProcess[bytes]) -> list[str]:
    assert result.returncode == 0, result
    return result.stdout.decode().splitlines()


def until_running(fleet: Shell, count: int) -> None:
    host = fleet.running.host  # type: ignore[attr-defined]
    rows = host.store.live
    done = lambda: sum(row.state == "running" for row in rows()) == count  # noqa: E731
    assert fleet.running.do(host.scheduler.wait_until(done, 20))  # type: ignore[attr-defined]


def test_application_is_planned_applied_shown_and_stopped(fleet) -> None:
    plan = said(fleet("app", "apply", GREENHOUSE, "--plan"))
    assert plan[-1] == "greenhouse: 3 changes would be done"
    assert said(fleet("ps")) == ["PID  NAME  STATE  NODE  AGE  WHY"]
    assert said(fleet("app", "apply", GREENHOUSE))[-1] == "greenhouse: 3 changes done"
    until_running(fleet, 3)
    assert said(fleet("app", "apply", GREENHOUSE)) == ["greenhouse: as it should be"]
    shown = said(fleet("app", "status", GREENHOUSE))
    assert shown[-2:] == ["climate: 2 of 2 run", "heater: 1 of 1 run"]
    status = json.loads(fleet("app", "status", GREENHOUSE, "--json").stdout)
    assert [part["running"] for part in status["programs"]] == [2, 1]
    assert said(fleet("app", "stop", GREENHOUSE)) == ["greenhouse is stopped"]
    complaint = fleet.complaint("app", "status", GREENHOUSE)
    assert complaint == "moonhop: there is no application 'greenhouse'; known are none yet"


def test_mistake_in_an_application_changes_nothing(fleet, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text("[programs.a]\nfile = 'counter.lua'\ncount = -1")
    complaint = fleet.complaint("app", "apply", str(file))
    assert complaint.endswith("programs.a.count must be a whole number from 0 to 100000, not -1")
    file.write_text("[programs.a]\nfile = 'nowhere.lua'")
    assert "there is no program file" in fleet.complaint("app", "apply", str(file))
    assert said(fleet("ps", "--all")) == ["PID  NAME  STATE  NODE  AGE  WHY"]


def test_process_is_paused_copied_saved_and_started_from_the_file(fleet, tmp_path: Path) -> None:
    assert said(fleet("run", "counter.lua")) == ["p1 counter running on a"]
    assert said(fleet("pause", "p1")) == ["p1 paused"]
    assert said(fleet("resume", "p1")) == ["p1 running"]
    assert said(fleet("clone", "p1")) == ["p2 is a copy of p1"]
    assert said(fleet("snapshot", "p1", "p1.snapshot"))[0].startswith("p1 is in p1.snapshot, ")
    assert said(fleet("restore", "p1.snapshot")) == ["p3 counter on a"]
    saved = fleet("snapshot", "p1", "-").stdout
    assert fleet("restore", "-", "--json", stdin=saved).returncode == 0
    until_running(fleet, 4)
    assert said(fleet("kill", "p1")) == ["p1 stopped"]
    assert fleet.complaint("snapshot", "p1", "x").startswith("moonhop: process p1 is stopped")
    assert not (tmp_path / "x").exists()
    (tmp_path / "x").write_bytes(b"no snapshot")
    assert "this is no snapshot" in fleet.complaint("restore", "x")


def test_plan_says_which_need_fails_on_which_node(fleet, tmp_path: Path) -> None:
    app = tmp_path / "app.toml"
    app.write_text('[programs.north]\nfile = "counter.lua"\nneeds = ["zone=north"]\n')
    change = "start    north 0: asked for; fits nowhere now: a lacks zone=north"
    assert said(fleet("app", "apply", str(app), "--plan")) == [
        change,
        "app: 1 change would be done",
    ]
    assert said(fleet("app", "apply", str(app))) == [change, "app: 1 change done"]


def test_same_program_is_sent_by_many_at_once(fleet) -> None:
    command = [sys.executable, "-m", "moonhop", "run", "counter.lua"]
    running = [
        subprocess.Popen(command, cwd=fleet.home, env=fleet.env, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    assert [(each.communicate()[1], each.returncode) for each in running] == [(b"", 0)] * 6


def test_seconds_that_are_no_number_are_refused_in_one_line(fleet) -> None:
    for wrong in ("nan", "inf", "-1", "0"):
        assert "checkpoint" in fleet.complaint("run", "counter.lua", "--checkpoint", wrong)


def test_snapshot_whose_source_was_changed_is_refused_in_one_line(fleet, tmp_path: Path) -> None:
    pid = json.loads(fleet("run", "counter.lua", "--json").stdout)["pid"]
    said(fleet("snapshot", pid, "saved"))
    saved = tmp_path / "saved"
    saved.write_bytes(saved.read_bytes().replace(b"n + 1", b"n + 2"))
    assert "the image is of another program" in fleet.complaint("restore", "saved")


def test_reason_of_a_pause_is_who_asked_for_it(fleet) -> None:
    pid = json.loads(fleet("run", "counter.lua", "--json").stdout)["pid"]
    said(fleet("pause", pid))
    said(fleet("resume", pid))
    told = [line.split(": ", 1)[-1] for line in said(fleet("why", pid))]
    assert told[-2:] == ["asked to pause", "asked to resume"]


def test_drain_says_what_stays_and_why_and_events_tell_it_all(fleet) -> None:
    said(fleet("run", "counter.lua"))
    drained = fleet("drain", "a", "--wait", "0.1")
    assert (drained.returncode, drained.stdout) == (1, b"p1 counter is still there: a is drained\n")
    assert said(fleet("run", "counter.lua")) == ["p2 counter waits for a node: a is drained"]
    assert said(fleet("drain", "a", "--undo")) == ["a takes processes again"]
    until_running(fleet, 2)
    why = said(fleet("why", "p2"))
    assert why[0] == "p2 counter is running on a: first-fit chose a"
    assert any(line.endswith("waiting      p2: a is drained") for line in why)
    kinds = [json.loads(line)["kind"] for line in said(fleet("events", "--json"))]
    changes = [kind for kind in kinds if kind in ("node drained", "node opened")]
    assert changes == ["node drained", "node opened"]
    assert said(fleet("rebalance")) == ["nothing to move"]
