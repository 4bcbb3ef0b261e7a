"""What the host says when its disk is full or its object store is away: nothing is lost."""

import errno
import io
import os
from pathlib import Path

from moonhop.files.folder_blobs import FolderBlobs, StagedFile
from moonhop.files.reserve import Reserve
from tests.files.test_routes import put
from tests.host.running import RunningHost


def stage_on_a_full_disk(blobs: FolderBlobs) -> StagedFile:
    """Begin a blob where the system has no room."""
    staged = StagedFile(blobs._parts / "full")
    staged._file.close()
    staged._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115 - `discard` closes it
    return staged


def test_upload_that_has_no_room_is_told_and_the_old_version_stays(running, monkeypatch) -> None:
    put(running, "x", b"old")
    monkeypatch.setattr(FolderBlobs, "stage", stage_on_a_full_disk)
    refused = put(running, "x", bytes(100_000))
    assert refused.status_code == 507
    assert "the host's disk is full; make room" in refused.json()["error"]
    assert running.http.get("/files/x").content == b"old"


def test_index_that_has_no_room_loses_nothing_that_it_took(running) -> None:
    files = running.host.files
    files._committer.submit(lambda db: db.execute("PRAGMA max_page_count = 1")).result()
    taken, answer = b"", put(running, "log", b"")
    while answer.status_code < 300:
        record = os.urandom(5000)
        answer = running.http.patch("/files/log", content=record)
        taken += record if answer.status_code == 200 else b""
    assert (answer.status_code, "disk is full" in answer.json()["error"]) == (507, True)
    assert running.http.get("/files/log").content == taken
    files._committer.submit(lambda db: db.execute("PRAGMA max_page_count = 100000")).result()
    assert running.http.patch("/files/log", content=record).json()["size"] == len(taken + record)


def bound_index(running: RunningHost, pages: int) -> None:
    """Let the index have so many pages, or as many as it has."""
    bound = f"PRAGMA max_page_count = {pages}"
    running.host.files._committer.submit(lambda db: db.execute(bound)).result()


def test_history_gives_way_to_what_is_new_when_the_index_has_no_room(running) -> None:
    for number in range(3):
        put(running, "old", bytes([number]) * 16_000)
    bound_index(running, 1)
    taken = b""
    while len(running.host.files.versions("old")) > 1:
        record = os.urandom(5000)
        answer = running.http.patch("/files/log", content=record)
        assert answer.status_code == 200, answer.text
        taken += record
    assert running.http.get("/files/log").content == taken
    assert running.http.get("/files/old").content == bytes([2]) * 16_000


def test_removing_works_on_a_full_disk_with_the_room_kept_for_it(running, monkeypatch) -> None:
    files, give, given = running.host.files, Reserve.give, []
    for number in range(25):
        put(running, f"many/0/{number}", b"x")
    for number in range(1, 25):
        files.copy("many/0", f"many/{number}")
    bound_index(running, 1)
    number = 0
    for size in (15_000, 50):
        while put(running, f"full/{number}", os.urandom(size)).status_code == 201:
            number += 1
    assert files._committer._reserve.taken

    def give_pages(reserve: Reserve) -> bool:
        """Give as much room to the index as the file took."""
        given.append(reserve)
        files._committer._connection.execute("PRAGMA max_page_count = 100000")
        return give(reserve)

    monkeypatch.setattr(Reserve, "give", give_pages)
    assert running.http.delete("/files/many", params={"deep": True}).status_code == 204
    assert len(given) == 1
    assert files._committer._reserve.taken
    how = {"deep": True, "forever": True}
    assert running.http.delete("/files/many", params=how).json()["freed"] == 1
    assert running.http.delete("/files/full", params=how).json()["freed"] >= 50


class SmallDisk(io.FileIO):
    """A file on a disk that holds 200 kB of blobs."""

    def write(self, content) -> int:
        """Write what there is room for."""
        blobs = Path(str(self.name)).parent.parent
        room = 200_000 - sum(file.stat().st_size for file in blobs.rglob("*") if file.is_file())
        if room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(memoryview(content)[:room])


def test_history_gives_way_to_an_upload_on_a_full_disk(running, monkeypatch) -> None:
    stage = FolderBlobs.stage

    def stage_on_a_small_disk(blobs: FolderBlobs) -> StagedFile:
        staged = stage(blobs)
        staged._file.close()
        staged._file = SmallDisk(staged.path, "wb")
        return staged

    monkeypatch.setattr(FolderBlobs, "stage", stage_on_a_small_disk)
    for path in ("first", "second"):
        put(running, path, path.encode() * 12_000)
        running.http.delete(f"/files/{path}")
    content = os.urandom(150_000)
    assert put(running, "new", content).status_code == 201
    assert running.http.get("/files/new").content == content
    assert running.http.get("/fs/versions", params={"path": "first"}).status_code == 404
    assert put(running, "more", content).status_code == 507
    assert running.http.get("/files/new").content == content


def test_blob_that_cannot_be_read_is_told(running: RunningHost) -> None:
    for size in (100_000, 1_000_000):
        put(running, "x", bytes(size))
        for blob in running.host.files._blobs.hashes():
            running.host.files._blobs.remove(blob)
        for verb, query in (("GET", {}), ("PATCH", {"at": size - 1})):
            answer = running.http.request(verb, "/files/x", params=query, content=b"1")
            assert answer.status_code == 503, (verb, size)
            assert answer.json()["error"].startswith("cannot read the file: ")
