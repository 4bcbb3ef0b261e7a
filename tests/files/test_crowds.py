"""Many clients at one file: no update is lost, and every reader gets one version whole."""

import asyncio
import re
import threading

import httpx

from tests.host.running import TIMEOUT, RunningHost

CLIENTS, EACH = 8, 25
READERS = 500
LENGTH = 300_000  # bytes


def test_no_update_of_a_counter_is_lost_when_clients_name_the_version_they_know(running) -> None:
    assert running.http.put("/files/counter", content=b"0").status_code == 201
    refused: list[int] = []

    def count() -> None:
        with running.client(running.host.credentials.token) as client:
            for _ in range(EACH):
                while True:
                    got = client.get("/files/counter")
                    known = {"If-Match": got.headers["etag"]}
                    more = b"%d" % (int(got.content) + 1)
                    put = client.put("/files/counter", content=more, headers=known)
                    if put.status_code == 201:
                        break
                    assert put.status_code == 412
                    refused.append(put.status_code)

    clients = [threading.Thread(target=count) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert running.http.get("/files/counter").content == b"%d" % (CLIENTS * EACH)
    assert refused  # they were in each other's way


def test_500_readers_get_one_version_each_while_the_file_is_written(running) -> None:
    files = running.host.files
    files.write("f", bytes([0]) * LENGTH)
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number = (number + 1) % 256
            files.write("f", bytes([number]) * LENGTH)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        contents = asyncio.run(asyncio.wait_for(read_at_once(running, READERS), 100))
    finally:
        ended.set()
        writer.join()
    assert len(contents) == READERS
    for content in contents:
        assert content == content[:1] * LENGTH
    assert len({content[0] for content in contents}) > 1


async def read_at_once(running: RunningHost, count: int) -> list[bytes]:
    """Read the file over so many connections that are all open at the same time."""
    address = ("127.0.0.1", running.host.web.port)
    request = (
        f"GET /files/f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {running.host.credentials.token}\r\n\r\n"
    ).encode()
    streams = [await asyncio.open_connection(*address) for _ in range(count)]
    for _, writer in streams:
        writer.write(request)

    async def content(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        assert length
        body = await reader.read(-1)
        assert len(body) == int(length[1])
        writer.close()
        await writer.wait_closed()
        return body

    return await asyncio.gather(*(content(*stream) for stream in streams))


def test_append_with_a_known_version_is_refused_to_all_but_one(running) -> None:
    running.http.put("/files/f", content=b"x")
    known = {"If-Match": running.http.get("/files/f").headers["etag"]}

    async def race() -> list[int]:
        token = running.host.credentials.token
        headers = {**known, "Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            base_url=running.host.address.url, headers=headers, timeout=TIMEOUT
        ) as client:
            answers = await asyncio.gather(
                *(client.patch("/files/f", content=b"y") for _ in range(CLIENTS))
            )
        return sorted(answer.status_code for answer in answers)

    assert asyncio.run(race()) == [200] + [412] * (CLIENTS - 1)
    assert running.http.get("/files/f").content == b"xy"
