"""The scheduler's store keeps what it acknowledged, whenever it is killed."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moonhop.scheduler.rows import HopRow, NewProcess
from moonhop.scheduler.store import Store
from moonhop_core.errors import MoonhopError

# Writes for ever and says after each write what must be true from now on.
WRITER = """
import sys
from pathlib import Path
from moonhop.scheduler.rows import HopRow, NewProcess
from moonhop.scheduler.store import Store
store = Store(Path(sys.argv[1]))
while True:
    row = store.add_process(NewProcess("p", "0" * 64, []), "test")
    print("process", row.pid, "pending", None, 0, flush=True)
    row = store.place(row.pid, "a", "test")
    print("process", row.pid, "starting", "a", 1, flush=True)
    store.set_state(row.pid, "running", "test")
    print("process", row.pid, "running", "a", 1, flush=True)
    hop = HopRow(row.pid, "t", "a", "b", 2, False)
    store.begin_hop(hop, "test")
    print("hop", row.pid, 0, flush=True)
    store.commit_hop(hop)
    print("hop", row.pid, 1, flush=True)
    print("process", row.pid, "running", "b", 2, flush=True)
    store.end_hop(hop, "hopped", "", {})
    print("hop", row.pid, None, flush=True)
    store.set_state(row.pid, "ended", "test")
    print("process", row.pid, "ended", "b", 2, flush=True)
"""
STEPS = 9  # lines that the writer prints for one process


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "state.db")
    yield store
    store.close()


@pytest.mark.parametrize("after", range(STEPS, STEPS * 3, 2))
def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path, after: int) -> None:
    path = tmp_path / "state.db"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        said = [writer.stdout.readline().split() for _ in range(after)]
        os.kill(writer.pid, signal.SIGKILL)
        said += [line.split() for line in writer.stdout]
    store = Store(path)
    rows = {row.pid: row for row in store.processes()}
    last = {(kind, pid): facts for kind, pid, *facts in said}
    newest = said[-1][1]
    for (kind, pid), facts in last.items():
        if pid == newest:  # the one write under way may be there or not
            assert pid in rows
        elif kind == "process":
            row = rows[pid]
            assert [row.state, str(row.node), str(row.epoch)] == facts
        else:
            assert pid not in {hop.pid for hop in store.hops()}
    assert len(rows) - len({pid for _, pid in last}) in (0, 1)
    for hop in store.hops():
        assert rows[hop.pid].epoch == (2 if hop.committed else 1)
        assert rows[hop.pid].node == ("b" if hop.committed else "a")
    store.close()


def test_epoch_grows_with_each_place_and_hop(store: Store) -> None:
    row = store.add_process(NewProcess("p", "0" * 64, ["x", 1], "a"), "test")
    assert (row.epoch, row.args, row.wanted) == (0, ["x", 1], "a")
    assert store.place(row.pid, "a", "test").epoch == 1
    hop = HopRow(row.pid, "t", "a", "b", 2, False)
    store.begin_hop(hop, "test")
    assert store.commit_hop(hop)
    assert (store.process(row.pid).epoch, store.process(row.pid).node) == (2, "b")


def test_hop_of_an_older_epoch_is_not_committed(store: Store) -> None:
    row = store.add_process(NewProcess("p", "0" * 64, []), "test")
    store.place(row.pid, "a", "test")
    hop = HopRow(row.pid, "t", "a", "b", 2, False)
    store.begin_hop(hop, "test")
    store.place(row.pid, "c", "restarted meanwhile")
    assert not store.commit_hop(hop)
    assert store.process(row.pid).node == "c"


def test_hop_of_a_process_that_ended_is_not_committed(store: Store) -> None:
    row = store.add_process(NewProcess("p", "0" * 64, []), "test")
    store.place(row.pid, "a", "test")
    store.set_state(row.pid, "ended", "test")
    assert not store.commit_hop(HopRow(row.pid, "t", "a", "b", 2, False))


def test_process_that_is_over_stays_over(store: Store) -> None:
    row = store.add_process(NewProcess("p", "0" * 64, []), "test")
    assert store.set_state(row.pid, "ended", "exit status 0")
    assert not store.set_state(row.pid, "running", "late news")
    assert store.process(row.pid).state == "ended"


def test_news_of_another_epoch_are_not_taken(store: Store) -> None:
    row = store.place(store.add_process(NewProcess("p", "0" * 64, []), "").pid, "a", "test")
    assert not store.set_state(row.pid, "failed", "late news", epoch=7)
    assert store.set_state(row.pid, "running", "test", epoch=1)


def test_each_decision_is_an_event_with_its_reason(store: Store) -> None:
    row = store.add_process(NewProcess("p", "0" * 64, []), "asked to run")
    store.place(row.pid, "a", "first-fit chose a")
    store.set_state(row.pid, "ended", "exit status 0")
    store.event("node ready", None, "a", "its birth")
    told = [(event["kind"], event["reason"]) for event in store.events(pid=row.pid)]
    assert told == [
        ("submitted", "asked to run"),
        ("placed", "first-fit chose a"),
        ("ended", "exit status 0"),
    ]
    assert [event["kind"] for event in store.events(after=3)] == ["node ready"]


def test_of_many_checkpoints_in_a_row_the_last_is_an_event(store: Store) -> None:
    row = store.place(store.add_process(NewProcess("p", "0" * 64, []), "").pid, "a", "")
    other = store.place(store.add_process(NewProcess("q", "0" * 64, []), "").pid, "a", "")
    for n in range(1000):
        store.set_image(row.pid, 1, f"{n}", {})
        store.set_image(other.pid, 1, f"other {n}", {})
    store.set_state(row.pid, "running", "test", epoch=1)
    store.set_image(row.pid, 1, "later", {})
    told = [(event["kind"], event["reason"]) for event in store.history(row.pid)][2:]
    assert told == [("checkpoint", "999"), ("running", "test"), ("checkpoint", "later")]
    assert len(store.history(row.pid, limit=2)) == 2
    newest = store.events(after=store.before_newest(3))
    assert [event["reason"] for event in newest] == ["other 999", "test", "later"]


def test_unknown_process_is_told(store: Store) -> None:
    with pytest.raises(MoonhopError, match="there is no process 'p9'"):
        store.process("p9")


def test_damaged_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"junk" * 1000)
    with pytest.raises(MoonhopError, match="repair or remove it"):
        Store(tmp_path / "state.db")


def test_nobody_else_may_read_it(store: Store, tmp_path: Path) -> None:
    store.event("x", None, None, "")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_what_a_killed_host_wrote_is_on_the_disk_before_anything_is_told_of_it(tmp_path) -> None:
    running = Store(tmp_path / "running.db")
    pid = running.add_process(NewProcess("p", "0" * 64, []), "").pid
    for end in ("", "-wal"):  # as a host leaves them that is killed now
        shutil.copy(tmp_path / f"running.db{end}", tmp_path / f"left.db{end}")
    running.close()
    assert (tmp_path / "left.db-wal").stat().st_size > 0
    store = Store(tmp_path / "left.db")
    assert (tmp_path / "left.db-wal").stat().st_size == 0  # all of it is in the database, synced
    assert store.process(pid).name == "p"
    store.close()
