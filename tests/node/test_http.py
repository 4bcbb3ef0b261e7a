"""The small HTTP client, on both Pythons, against a server that does as the test says."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from moonhop_core.node.http import Http, HttpError, quote
from tests.micropython import MICROPYTHON, SHARED

CLIENT = Path(__file__).with_name("http_client.py")


class Server:
    """Answers each request with `answer`; keeps what was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError):
            while head := await self._head(reader):
                self.requests.append(head)
                writer.write(self.answer)
                await writer.drain()
                if b"close" in self.answer or not self.answer:
                    break
        writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            if b"content-length:" in lower:
                size = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
                return head + await reader.readexactly(size)
            if b"chunked" in lower:
                return head + await reader.readuntil(b"0\r\n\r\n")
            return head
        except asyncio.IncompleteReadError:
            return b""


@contextlib.asynccontextmanager
async def serving(answer: bytes) -> AsyncIterator[Server]:
    server = Server(answer)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener:
        yield server


async def ask(python: str, server: Server, method: str = "GET", **more: Any) -> Any:
    """Have a Python make the same request twice; return what it says."""
    what = [server.url, method, "/a", more.get("body", ""), more.get("headers", {})]
    what += [more.get("limit", 1000), more.get("sink", False), more.get("timeout", 5)]
    command = [str(MICROPYTHON)] if python == "micropython" else [sys.executable]
    path = {"MICROPYPATH": f"{SHARED}:.frozen", "PYTHONPATH": str(SHARED)}
    process = await asyncio.create_subprocess_exec(
        *command, str(CLIENT), json.dumps(what), stdout=asyncio.subprocess.PIPE, env=path
    )
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    return json.loads(output)


pythons = pytest.mark.parametrize("python", ["cpython", "micropython"])
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pythons
def test_body_of_known_length_is_read_and_the_connection_is_used_again(python: str) -> None:
    async def body() -> None:
        async with serving(LENGTH) as server:
            found = await ask(python, server, headers={"Range": "bytes=0-4"})
            assert found[:2] == [200, "hello"]
            assert b"Authorization: Bearer secret\r\n" in server.requests[0]
            assert b"Range: bytes=0-4\r\n" in server.requests[0]
            assert (len(server.requests), server.connections) == (2, 1)

    asyncio.run(body())


@pythons
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
def test_body_comes_in_every_form_that_http_has(python: str, answer: bytes) -> None:
    async def body() -> None:
        async with serving(answer) as server:
            assert (await ask(python, server))[:2] == [200, "hello"]

    asyncio.run(body())


@pythons
def test_large_body_goes_to_a_sink_in_small_pieces(python: str) -> None:
    async def body() -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
        async with serving(answer) as server:
            found = await ask(python, server, sink=True)
            assert sum(found[3]) == 200_000
            assert max(found[3]) <= 512

    asyncio.run(body())


@pythons
def test_body_can_be_sent_in_chunks(python: str) -> None:
    async def body() -> None:
        async with serving(LENGTH) as server:
            await ask(python, server, "PUT", body=["abc", "", "defg"])
            assert server.requests[0].endswith(b"\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")

    asyncio.run(body())


@pythons
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(b"SSH-2.0\r\n\r\n", "no HTTP server", id="another protocol"),
        pytest.param(b"", "connection broke", id="nothing at all"),
        pytest.param(LENGTH[:-2] + b" close", "", id="fine"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n" + b"x" * 5000,
            "longer than 1000 bytes",
            id="too long",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nhel",
            "connection broke",
            id="cut off",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", "in time", id="silence"),
    ],
)
def test_bad_answer_is_one_line_that_names_the_server(
    python: str, answer: bytes, says: str
) -> None:
    async def body() -> None:
        async with serving(answer) as server:
            found = await ask(python, server, timeout=1)
            if says:
                assert found[0] == "error"
                assert says in found[1]
                assert server.url.removeprefix("http://") in found[1]

    asyncio.run(body())


@pytest.mark.parametrize("base", ["", "ftp://x", "http://", "http://x:y", "https://x"])
def test_wrong_address_is_refused(base: str) -> None:
    with pytest.raises(HttpError):
        Http(base)


def test_paths_are_quoted_byte_by_byte() -> None:
    assert quote("/a b/\xe9%~") == "/a%20b/%E9%25~"
