"""A board reads and lists what is many times as large as its memory."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from moonhop.boards.sets import build_set
from moonhop.files.store import FileStore
from moonhop.host import Host
from moonhop.scheduler.rows import NewProcess
from tests.host.fleet import WAIT, on_host, printed

SIZE = 2 << 20  # bytes of the file that is read by lines
LESS = 1 << 18  # bytes of the one that is read in other ways too
LONG = 200.0  # seconds; a quarter of that on two cores that have nothing else to do
JOIN = 40.0  # seconds
BY_LINES = b"""
local count, size = 0, 0
for line in fs.lines("large.txt") do
  count = count + 1
  size = size + #line + 1
  assert(tonumber(line:match("^%d+")) == count, line)
end
print(count, size)
local f = fs.open("less.txt")
count, size = 0, 0
for line in f:lines("L") do count = count + 1 size = size + #line end
print(count, size, f:seek("end"))
f:seek("set")
local pieces, bytes = 0, 0
while true do
  local piece = f:read(1000)
  if not piece then break end
  pieces = pieces + 1
  bytes = bytes + #piece
end
print(pieces, bytes)
f:close()
"""

MANY_NAMES = b"""
local count, after = 0, ""
repeat
  local names, more = fs.list("many", {after = after, limit = 20})
  count = count + #names
  after = more
until not after
print(count)
"""


COPY = b"""
local from, to = fs.open("large.txt"), fs.open("copy.txt", "w")
for line in from:lines("L") do to:write(line) end
print(from:seek(), to:seek())
from:close()
to:close()
"""


def on_a_board(tmp_path: Path, source: bytes, prepare: Callable[[Host], object]) -> list[str]:
    """Run a program on a board with the heap of an ESP32; return what it printed."""
    found: list[str] = []
    build_set(umqtt=True)  # made once, which may take longer than a board has to join

    async def scenario(host: Host) -> None:
        worker = await host.workers.start_micropython(host.add_node("board"), "192K")
        await asyncio.to_thread(prepare, host)
        await host.wait_for_worker(worker, JOIN)
        program = await asyncio.to_thread(host.programs.add, source, "files.lua")
        row = host.scheduler.submit(NewProcess("files", program.hash, [], "board"))
        await host.scheduler.wait_started(row.pid, WAIT)
        reached = await host.scheduler.wait_until(
            lambda: host.store.process(row.pid).state in ("ended", "failed"), LONG
        )
        said = [line["text"] for line in host.scheduler.logs.lines(row.pid)]
        assert reached, said
        assert host.store.process(row.pid).state == "ended", said
        found.extend(printed(host, row.pid))

    on_host(tmp_path, scenario, longest=LONG + JOIN)
    return found


def lines_of(size: int) -> list[bytes]:
    """Return numbered lines that have just so many bytes, or a few more."""
    lines: list[bytes] = []
    while size > 0:
        lines.append(b"%d %s\n" % (len(lines) + 1, b"x" * (len(lines) * 7 % 60)))
        size -= len(lines[-1])
    return lines


@pytest.mark.timeout(300)
def test_a_board_reads_two_megabytes_by_lines_and_another_file_in_pieces(tmp_path: Path) -> None:
    large, less = lines_of(SIZE), lines_of(LESS)
    whole, part = (len(b"".join(lines)) for lines in (large, less))

    def prepare(host: Host) -> None:
        host.files.write("large.txt", b"".join(large))
        host.files.write("less.txt", b"".join(less))

    assert on_a_board(tmp_path, BY_LINES, prepare) == [
        f"{len(large)}\t{whole}",
        f"{len(less)}\t{part}\t{part}",
        f"{-(-part // 1000)}\t{part}",
    ]


def test_a_board_writes_a_file_that_is_larger_than_its_memory(tmp_path: Path) -> None:
    text = b"".join(b"%d %s\n" % (number, b"x" * (number % 90)) for number in range(4200))
    assert len(text) > 192 << 10

    def prepare(host: Host) -> None:
        host.files.write("large.txt", text)
        host.files.write("copy.txt", b"as it was")

    assert on_a_board(tmp_path, COPY, prepare) == [f"{len(text)}\t{len(text)}"]
    with FileStore(tmp_path / "lab/files") as files:
        assert files.read("copy.txt") == text
        assert files.stat("copy.txt").version == 2


def test_a_board_lists_a_folder_of_a_thousand_files(tmp_path: Path) -> None:
    def prepare(host: Host) -> None:
        for n in range(1000):
            host.files.write(f"many/file-{n:04d}", b"")

    assert on_a_board(tmp_path, MANY_NAMES, prepare) == ["1000"]
