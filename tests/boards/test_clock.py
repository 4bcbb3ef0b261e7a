"""A board's clock starts with the year 2000; it is set by NTP or by the host, and timers go on."""

import datetime
import http.server
import json
import shutil
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from moonhop.boards.virtual import VirtualBoard
from tests.boards.field import BIRTH, Field
from tests.micropython import ROOT, run_micropython
from tests.waiting import wait_for

WRONG_TIME = Path(__file__).with_name("wrong_time")
PATH = [WRONG_TIME, ROOT / "firmware"]
RIGHT = 1.1  # seconds that a clock set by the host may be wrong: it tells whole ones
NEAR = 0.01  # and one set by NTP
DAY = 86400.0
TO_1970 = 2208988800  # seconds from 1900
AFTER = """
import asyncio, json, time
from board_clock import set_clock
from moonhop_core.node.http import Http
from moonhop_core.process.clock import RealClock

real = RealClock()

async def nap():
    await asyncio.sleep(0.3)

async def main():
    before = real.now(), real.monotonic()
    sleeper = asyncio.create_task(nap())
    done = await set_clock(Http("http://127.0.0.1:{http}"), {ntp!r})
    await sleeper
    print(json.dumps([before, done, real.now(), real.monotonic()]))

asyncio.run(main())
"""


class Dated(http.server.BaseHTTPRequestHandler):
    """A host's web server, which says the time with each answer, be it a refusal."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.send_error(401)

    def log_message(self, *_: Any) -> None:
        pass


def ntp_server(stratum: int, shift: float = 0) -> type[socketserver.BaseRequestHandler]:
    class Ntp(socketserver.BaseRequestHandler):
        """Answers as RFC 5905 has it."""

        def handle(self) -> None:
            asked, answering = self.request
            moment = time.time() + TO_1970 + shift
            stamp = struct.pack("!II", int(moment), int(moment % 1 * 2**32))
            head = bytes([0x24, stratum, 6, 0xEC]) + bytes(20)
            answering.sendto(head + asked[40:48] + stamp + stamp, self.client_address)

    return Ntp


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Have a server run until the test is over; returns its port."""
    running: list[socketserver.BaseServer] = []

    def start(kind: type[Any], handler: type[Any]) -> int:
        server = kind(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        port: int = server.server_address[1]
        return port

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def run_board(http_port: int, ntp_port: int | None, shift: float = 0) -> tuple[bool, float]:
    """Have a board set its clock; return whether it was set, and by how many seconds it is then
    wrong, if the right time is `shift` seconds ahead."""
    text = AFTER.format(http=http_port, ntp=ntp_port and f"127.0.0.1:{ntp_port}")
    begun = time.time() + shift
    result = run_micropython(text, path=PATH)
    ended = time.time() + shift
    assert result.returncode == 0, result.stderr + result.stdout
    (now, ticks), done, after, later = json.loads(result.stdout)
    assert datetime.datetime.fromtimestamp(now / 1e6, datetime.UTC).year == 2000
    passed = (later - ticks) / 1e6
    assert 0.25 < passed < 20, "ticks go on, whatever becomes of the clock"
    return done, max(begun - after / 1e6, after / 1e6 - ended)


def test_clock_is_set_by_the_host_where_there_is_no_ntp(serve: Callable[..., int]) -> None:
    done, wrong = run_board(serve(http.server.ThreadingHTTPServer, Dated), None)
    assert done
    assert wrong < RIGHT


def test_clock_is_set_by_ntp_first(serve: Callable[..., int]) -> None:
    ahead = serve(socketserver.UDPServer, ntp_server(3, DAY))
    done, wrong = run_board(serve(http.server.ThreadingHTTPServer, Dated), ahead, DAY)
    assert done
    assert wrong < NEAR


def test_host_is_asked_if_the_ntp_server_does_not_know_the_time(serve: Callable[..., int]) -> None:
    unsure = serve(socketserver.UDPServer, ntp_server(0, DAY))
    _, wrong = run_board(serve(http.server.ThreadingHTTPServer, Dated), unsure)
    assert wrong < RIGHT


def test_board_goes_on_with_a_wrong_clock_if_nobody_tells_the_time() -> None:
    done, wrong = run_board(1, None)
    assert not done
    assert wrong > DAY


TELL = """
local ticks = 0
local timer = every(0.05, function() ticks = ticks + 1 end)
sleep(1)
print(string.format("%d %.3f", ticks, now()))
timer:cancel()
"""


def start_in_2000(field: Field, **config: Any) -> VirtualBoard:
    """Start a board whose clock has lost the time."""
    flash = field.running.home / "shed"
    flash.mkdir()
    shutil.copy(WRONG_TIME / "time.py", flash)
    return field.add("shed", **config)


def test_board_in_the_year_2000_joins_and_its_programs_know_the_time(field: Field) -> None:
    board = start_in_2000(field)
    assert f"the clock is set: {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H}" in board.text()
    running = field.running
    what = {"source": TELL, "name": "tell", "node": "shed"}
    pid = running.http.post("/api/processes", json=what).json()["pid"]
    wait_for(lambda: not list(running.host.store.live()), BIRTH, board.text)
    ((ticks, now),) = (line["text"].split() for line in running.host.scheduler.logs.lines(pid))
    assert 15 <= int(ticks) <= 20
    assert abs(time.time() - float(now)) < 5


def test_board_joins_and_says_so_if_nobody_tells_it_the_time(field: Field) -> None:
    board = start_in_2000(field, url="http://127.0.0.1:9")
    assert "the clock is not set, nobody tells the time: 2000-01-01" in board.text()
