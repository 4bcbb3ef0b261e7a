"""What the server says of requests that go wrong on the way."""

import logging
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.host.running import RunningHost


def test_sender_that_goes_away_amid_a_file_is_no_fault_of_the_server(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with RunningHost(tmp_path) as running:
        where = urlsplit(running.host.address.url)
        head = (
            "PUT /files/half.bin HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
            f"Authorization: Bearer {running.host.credentials.token}\r\n\r\n"
        )
        with socket.create_connection((where.hostname or "", where.port or 0)) as wire:
            wire.sendall(head.encode() + b"half")
        assert running.http.get("/files/half.bin").status_code == 404
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("wrong", ["NaN", "-1", "0", '"x"', "[NaN]"])
def test_number_that_is_none_is_refused_and_named(tmp_path: Path, wrong: str) -> None:
    with RunningHost(tmp_path) as running:
        body = f'{{"source": "return 1", "checkpoint": {wrong}}}'
        headers = {"Content-Type": "application/json"}
        answer = running.http.post("/api/processes", content=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["error"].startswith("body.checkpoint")
