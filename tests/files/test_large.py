"""A large file goes through the server, both ways, in little memory."""

import asyncio
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.host.shell import Shell
from tests.host.up_command import running

PIECE = 1 << 20  # bytes
MOST = 64 << 20  # bytes that the server may grow by


@pytest.mark.parametrize(
    "pieces", [200, pytest.param(1024, marks=pytest.mark.nightly)], ids="{} MB".format
)
def test_large_file_goes_up_and_down_and_the_server_grows_by_less_than_64_mb(
    tmp_path: Path, pieces: int
) -> None:
    shell = Shell(tmp_path)

    async def scenario() -> None:
        async with running(shell, ["up", "--no-worker"]) as host:
            assert host._process
            pid = host._process.pid
            address = json.loads(next(tmp_path.rglob("host.json")).read_text())
            client = httpx.Client(
                base_url=address["url"],
                headers={"Authorization": f"Bearer {address['token']}"},
                timeout=60,
            )
            with client:
                client.put("/files/small", content=b"x" * 100_000)
                client.get("/files/small")
                Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
                before = peak(pid)
                await asyncio.to_thread(there_and_back, client, pieces)
                assert peak(pid) - before < MOST

    asyncio.run(scenario())


def there_and_back(client: httpx.Client, pieces: int) -> None:
    sent, got = hashlib.sha256(), hashlib.sha256()

    def content() -> Iterator[bytes]:
        block = bytes(range(256)) * (PIECE // 256 - 1)
        for number in range(pieces):
            piece = b"%256d" % number + block
            sent.update(piece)
            yield piece

    assert client.put("/files/large", content=content()).status_code == 201
    with client.stream("GET", "/files/large") as answer:
        assert answer.headers["content-length"] == str(pieces * PIECE)
        for piece in answer.iter_raw():
            got.update(piece)
    assert got.digest() == sent.digest()


def peak(pid: int) -> int:
    """Return the most bytes that a process has held in memory."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024
