"""Blobs in an object store, beyond what all kinds of stores have to do (test_store.py)."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from moonhop.files.errors import FileError
from moonhop.files.object_blobs import ObjectBlobs
from moonhop.files.places import FOLDER, open_blobs
from moonhop.files.store import FileStore
from moonhop.host import Host
from moonhop.state import State
from tests.files.stores import s3_bucket
from tests.host.shell import Shell
from tests.waiting import wait_for

WAIT = 20.0  # seconds


@pytest.fixture
def bucket() -> Iterator[str]:
    with s3_bucket() as url:
        yield url


def objects(blobs: ObjectBlobs) -> list[str]:
    return sorted(blobs.hashes())


def test_large_file_lies_in_the_bucket_and_small_ones_do_not(bucket, tmp_path) -> None:
    blobs = ObjectBlobs(f"{bucket}/a/b", tmp_path / "parts", "lab")
    with FileStore(tmp_path / "files", blobs) as store:
        store.write("small", b"1")
        store.write("large", bytes(100_000))
        assert len(objects(blobs)) == 1
        store.write("same", bytes(100_000))
        assert len(objects(blobs)) == 1
        assert not list((tmp_path / "files").rglob("blobs"))
    assert not list((tmp_path / "parts").iterdir())


def test_log_becomes_few_large_objects(bucket, tmp_path) -> None:
    blobs = ObjectBlobs(bucket, tmp_path / "parts", "lab")
    records = [os.urandom(10_000) for _ in range(250)]
    with FileStore(tmp_path / "files", blobs) as store:
        for record in records:
            store.append("log", record)
        wait_for(lambda: len(objects(blobs)) == 2, WAIT, "the log stays small objects")
        whole = b"".join(records)
        assert store.read("log") == whole
        assert store.open("log").read(1_045_000, 1_055_000) == whole[1_045_000:1_055_000]
    assert len(objects(blobs)) == 2


def test_upload_that_is_given_up_leaves_nothing(bucket, tmp_path) -> None:
    blobs = ObjectBlobs(bucket, tmp_path / "parts", "lab")
    with FileStore(tmp_path / "files", blobs) as store:
        upload = store.upload()
        upload.write(bytes(1_000_000))
        upload.discard()
    assert objects(blobs) == []
    assert not list((tmp_path / "parts").iterdir())


MEMORY = """
import pathlib, sys
from moonhop.files.object_blobs import ObjectBlobs
from moonhop.files.store import FileStore
size = 100_000_000
files = pathlib.Path(sys.argv[2])
def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
with FileStore(files, ObjectBlobs(sys.argv[1], files / "parts", "lab")) as store:
    store.write("warm", bytes(50_000))
    before = peak()
    store.write("large", (bytes(1 << 20) for _ in range(96)))
    written = peak() - before
    assert sum(map(len, store.open("large").chunks())) == 96 << 20
    assert store.open("large").read(70_000_000, 70_000_010) == bytes(10)
    print(written, peak() - before)
"""


def test_blob_of_100_mb_goes_both_ways_with_little_memory(bucket, tmp_path) -> None:
    command = [sys.executable, "-c", MEMORY, bucket, str(tmp_path / "files")]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    written, both = map(int, done.stdout.split())
    assert both < 64_000  # kB
    assert written < 64_000


def test_bucket_that_is_not_there_is_told(bucket, tmp_path) -> None:
    with pytest.raises(FileError, match=r"cannot use s3://no-such-bucket/x: .*make sure that it"):
        ObjectBlobs("s3://no-such-bucket/x", tmp_path / "parts", "lab")


def test_missing_credentials_are_told(bucket, tmp_path, monkeypatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(FileError, match="credentials"):
        ObjectBlobs(bucket, tmp_path / "parts", "lab")


def test_what_is_not_installed_or_unknown_is_told(tmp_path, monkeypatch) -> None:
    with pytest.raises(FileError, match="cannot use nothing://x: Protocol not known"):
        ObjectBlobs("nothing://x", tmp_path / "parts", "lab")
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(FileError, match=r"pip install 'moonhop\[s3\]'"):
        ObjectBlobs("s3://x", tmp_path / "parts", "lab")


def test_place_of_another_fleet_is_refused(bucket, tmp_path) -> None:
    ObjectBlobs(bucket, tmp_path / "parts", "lab 1")
    with pytest.raises(FileError, match=r"of another fleet \(lab 1\); choose another prefix"):
        ObjectBlobs(bucket, tmp_path / "parts", "lab 2")


def test_server_that_does_not_answer_is_told_in_one_line_by_up(tmp_path) -> None:
    shell = Shell(tmp_path)
    shell.env |= {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    told = shell.complaint("up", "--no-worker", "--blobs", "s3://bucket/x")
    assert told.startswith("moonhop: cannot use s3://bucket/x: ")


@pytest.mark.parametrize("other", ["s3", "file"])
def test_files_move_to_an_object_store_and_back(bucket, tmp_path, other) -> None:
    state = State("lab", tmp_path / "state")
    url = f"{bucket}/lab" if other == "s3" else f"file://{tmp_path}/elsewhere"
    content = {f"f{number}": os.urandom(100_000) for number in range(3)}
    places = []
    for place in (None, url, None, FOLDER):
        blobs = open_blobs(state, place)
        with FileStore(state.path("files"), blobs) as store:
            for path, text in content.items():
                if store.find(path) is None:
                    store.write(path, text)
                assert store.read(path) == text
            places.append(len(list(state.path("files").glob("blobs/??/*"))))
            assert len(list(blobs.hashes())) == 3
    assert places == [3, 0, 0, 3]
    assert objects(ObjectBlobs(url, tmp_path / "parts", f"lab {state.identity()}")) == []


def test_host_keeps_large_files_where_it_was_told_to(bucket, tmp_path) -> None:
    state = State("lab", tmp_path)

    async def run(blobs: str | None) -> bytes:
        async with Host(state, blobs=blobs) as host:
            if blobs:
                host.files.write("x", bytes(100_000))
            return host.files.read("x")

    assert asyncio.run(run(f"{bucket}/lab")) == bytes(100_000)
    assert asyncio.run(run(None)) == bytes(100_000)
    assert json.loads((state.folder / "blobs.json").read_text()) == {"place": f"{bucket}/lab"}
