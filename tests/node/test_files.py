"""A node asks the file server again while that is away (NMP-021)."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from moonhop_core.node import files
from moonhop_core.node.http import Http

Answer = Callable[[asyncio.StreamWriter], None]


def away(writer: asyncio.StreamWriter) -> None:
    """Break the connection once the request is there."""


def busy(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")


def done(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def asked(answers: list[Answer], work: Callable[[Http, Any], Awaitable[Any]]) -> Any:
    """Do some work with a server that answers so; return what it gave and the requests' numbers."""
    numbers = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0] or 0)
        await reader.readexactly(length)
        numbers.append(head.partition(b"Moonhop-Request: ")[2].split(b"\r\n")[0])
        (answers.pop(0) if answers else away)(writer)
        writer.close()

    async def run() -> Any:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        http = Http(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            return await work(http, SimpleNamespace(pid="p1", epoch=2, closed=False))
        finally:
            http.close()
            server.close()

    return asyncio.run(run()), numbers


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("fs.append", ["a", "text"]),
        ("fs.write", ["a", "text"]),
        ("fs.rename", ["a", "b"]),
        ("fs.remove", ["a"]),
        ("fs.mkdir", ["a"]),
    ],
)
def test_a_request_is_asked_again_under_its_number_until_it_is_answered(
    verb: str, args: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FIRST", 0.01)
    found, numbers = asked(
        [away, busy, away, done], lambda http, hosted: files.serve(http, hosted, 17, verb, args)
    )
    assert found == []
    assert numbers == [b"17"] * 4


def test_a_host_that_stays_away_is_given_up_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FIRST", 0.01)
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    with pytest.raises(files.FileError, match=r"^a/b: the file server is away \(127"):
        asked([], lambda http, hosted: files.serve(http, hosted, 1, "fs.read", ["a/b", 0, 5]))


def test_what_is_refused_is_not_asked_again() -> None:
    def full(writer: asyncio.StreamWriter) -> None:
        body = b'{"error": "node:x may keep no more"}'
        writer.write(b"HTTP/1.1 507 Full\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with pytest.raises(files.FileError, match=r"may keep no more: No space left on device$"):
        asked([full], lambda http, hosted: files.serve(http, hosted, 1, "fs.write", ["a", "b"]))


@pytest.mark.parametrize("args", [["a\xff"], ["a", "b\xff"]])
def test_path_that_is_no_utf_8_is_refused_before_anybody_is_asked(args: list[str]) -> None:
    verb = "fs.read" if len(args) == 1 else "fs.rename"
    with pytest.raises(files.FileError, match=r"a path is UTF-8: Invalid argument$"):
        asked([done], lambda http, hosted: files.serve(http, hosted, 1, verb, args))
