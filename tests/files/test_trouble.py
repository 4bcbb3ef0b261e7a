"""What the host says when its disk is full or its object store is away: nothing is lost."""

import os

from moonhop.files.folder_blobs import FolderBlobs, StagedFile
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


def test_blob_that_cannot_be_read_is_told(running: RunningHost) -> None:
    for size in (100_000, 1_000_000):
        put(running, "x", bytes(size))
        for blob in running.host.files._blobs.hashes():
            running.host.files._blobs.remove(blob)
        for verb, query in (("GET", {}), ("PATCH", {"at": size - 1})):
            answer = running.http.request(verb, "/files/x", params=query, content=b"1")
            assert answer.status_code == 503, (verb, size)
            assert answer.json()["error"].startswith("cannot read the file: ")
