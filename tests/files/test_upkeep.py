"""What the host does about files that nobody asks for."""

import asyncio
from pathlib import Path

import pytest

from moonhop.files import blob_upkeep, retention
from moonhop.files.adoption import adopt_folder
from moonhop.files.entries import Writer
from moonhop.files.errors import NotFound
from moonhop.files.store import FileStore
from moonhop.files.upkeep import keep_small
from tests.host.running import RunningHost
from tests.waiting import until, wait_for

WAIT = 20.0  # seconds


def test_process_that_has_ended_is_forgotten_and_others_are_not(tmp_path: Path) -> None:
    with FileStore(tmp_path) as files:
        for process in ("gone", "here"):
            files.append("log", b"x", Writer("n1", None, process, 1))
            files.append(f".moonhop/open/{process}/1", b"half")
        assert files.processes() == ["gone", "here"]

        swept = asyncio.Event()

        async def also() -> None:
            swept.set()

        async def run() -> None:
            upkeep = keep_small(files, lambda pid: pid == "gone", also, 0.01)
            task = asyncio.ensure_future(upkeep)
            await until(lambda: files.processes() == ["here"], WAIT, files.processes)
            await swept.wait()
            task.cancel()

        asyncio.run(asyncio.wait_for(run(), 20))
        assert files.find(".moonhop/open/gone") is None
        assert files.read(".moonhop/open/here/1") == b"half"
        assert files.append("log", b"x", Writer("n1", None, "here", 1)).size == 2


def test_removed_file_and_old_versions_go_when_their_days_are_over(tmp_path: Path) -> None:
    with FileStore(tmp_path) as files:
        files.write("kept", b"one")
        files.write("kept", b"two")
        files.write("removed", bytes(100_000))
        files.remove("removed")
        later = files.stat("kept").modified + 31 * retention.DAY
        files._committer.submit(lambda db: retention.forget_by_age(db, later)).result()
        files.write("x", b"")
        assert [version.version for version in files.versions("kept")] == [2]
        with pytest.raises(NotFound):
            files.versions("removed")
        assert list(files._blobs.hashes()) == []


def test_sweep_forgets_all_whose_days_are_over_however_many_they_are(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(retention, "SWEPT", 2)
    with FileStore(tmp_path) as files:
        for number in range(7):
            files.write(f"f{number}", b"one")
            files.remove(f"f{number}")
        monkeypatch.setattr(retention, "RULES", (retention.Rule("", 10, days=-1),))
        files.sweep()
        for number in range(7):
            with pytest.raises(NotFound):
                files.versions(f"f{number}")


def test_folder_of_an_older_moonhop_is_taken_over(tmp_path: Path) -> None:
    old = tmp_path / "files/tree"
    (old / "a/empty").mkdir(parents=True)
    (old / "a/b").write_bytes(bytes(50_000))
    (tmp_path / "secret").write_text("secret")
    (old / "link").symlink_to(tmp_path / "secret")
    with FileStore(tmp_path / "files") as files:
        adopt_folder(files, old)
        adopt_folder(files, old)
        assert [entry.path for entry in files.walk(deep=True)] == ["a", "a/b", "a/empty"]
        assert files.read("a/b") == bytes(50_000)
    assert (tmp_path / "files/tree.adopted/a/b").is_file()


def test_host_starts_over_the_files_of_its_last_run(tmp_path: Path) -> None:
    for number in (1, 2):
        with RunningHost(tmp_path) as running:
            assert running.http.put("/files/f", content=b"x" * number).json()["version"] == number


def test_appends_go_on_while_the_blob_store_is_away_and_leave_it_alone(
    tmp_path: Path, monkeypatch, caplog
) -> None:
    line = bytes(50_000)
    parts, away = tmp_path / "blobs" / "parts", tmp_path / "away"
    with FileStore(tmp_path) as files:
        files.append("log", line)
        parts.rename(away)
        for _ in range(6):
            files.append("log", line)
        assert files.read("log") == line * 7
        assert len([record for record in caplog.records if "upkeep" in record.message]) == 1
        away.rename(parts)
        monkeypatch.setattr(blob_upkeep, "REST", 0.0)
        files.write("other", b"")
        wait_for(lambda: list(tmp_path.glob("blobs/??/*")), WAIT, "there is no blob")
        assert files.read("log") == line * 7


def test_many_blobs_are_removed_a_few_at_a_time_until_none_is_left(tmp_path: Path) -> None:
    with FileStore(tmp_path) as files:
        for number in range(60):
            files.write(f"checkpoints/{number}", number.to_bytes(1, "big") * 20_000)
        assert len(list(tmp_path.glob("blobs/??/*"))) == 60
        files.remove("checkpoints", deep=True)
        wait_for(lambda: not list(tmp_path.glob("blobs/??/*")), WAIT, "blobs stay")
