"""``moonhop fs put get cat append``: content goes between this machine and the fleet."""

import os
import subprocess
import sys

import pytest

from moonhop.cli.client import Client
from moonhop.state import HostAddress
from moonhop_core.errors import MoonhopError


def test_file_goes_into_a_folder_under_its_own_name(fs) -> None:
    (fs.here / "x.csv").write_text("1,2\n")
    fs.out("mkdir", "data")
    assert fs.out("put", "x.csv", "data") == "data/x.csv: 4 bytes\n"
    assert fs.out("put", "x.csv", "new/") == "new/x.csv: 4 bytes\n"
    assert fs.told("put", "x.csv", "data/x.csv")["version"] == 2
    assert fs.told("ls", "data")[0]["type"] == "text/csv"
    (fs.here / "to").mkdir()
    fs.out("get", "data/x.csv", "to")
    assert (fs.here / "to/x.csv").read_text() == "1,2\n"


def test_standard_streams_are_a_dash(fs) -> None:
    content = os.urandom(3_000_000)
    fs.out("put", "-", "x", stdin=content)
    assert fs("get", "x", "-").stdout == content
    assert fs("cat", "x", "x").stdout == content * 2


def test_folder_goes_there_and_back(fs) -> None:
    for path in ("a/one", "a/b/two", "a/b/three"):
        file = fs.here / "from" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    (fs.here / "from/empty").mkdir()
    assert "fs put -r" in fs.complaint("put", "from", "to")
    fs.out("put", "-r", "from", "there")
    fs.out("mkdir", "top")
    fs.out("put", "-r", "from", "top")
    assert fs.out("cat", "top/from/a/b/two") == "a/b/two"
    assert "fs get -r" in fs.complaint("get", "there")
    fs.out("get", "-r", "there")
    fs.out("get", "-r", "there", "again")
    for back in ("there", "again"):
        found = sorted(
            str(path.relative_to(fs.here / back)) for path in (fs.here / back).rglob("*")
        )
        assert found == ["a", "a/b", "a/b/three", "a/b/two", "a/one", "empty"]
        assert (fs.here / back / "a/b/two").read_text() == "a/b/two"


def test_folder_is_put_with_what_its_links_lead_to(fs) -> None:
    (fs.here / "from/a").mkdir(parents=True)
    (fs.here / "elsewhere").mkdir()
    (fs.here / "elsewhere/f").write_text("1")
    (fs.here / "from/a/link").symlink_to(fs.here / "elsewhere")
    fs.out("put", "-r", "from", "to")
    assert fs.out("cat", "to/a/link/f") == "1"
    (fs.here / "elsewhere/loop").symlink_to(fs.here / "from")
    assert fs.complaint("put", "-r", "from", "to") == (
        "moonhop: link 'from/a/link/loop' leads to a folder it is in; leave it out"
    )
    (fs.here / "elsewhere/loop").unlink()
    os.mkfifo(fs.here / "from/pipe")
    assert "'from/pipe' is a device, a pipe or a socket" in fs.complaint("put", "-r", "from", "to")


def test_pipe_stays_one_and_gets_the_content_as_it_comes(fs, running) -> None:
    running.host.files.write("x", b"content")
    os.mkfifo(fs.here / "pipe")
    command = [sys.executable, "-m", "moonhop", "fs", "get", "x", "pipe"]
    with subprocess.Popen(command, env=fs.env, cwd=fs.here, stdout=subprocess.DEVNULL) as get:
        assert (fs.here / "pipe").read_bytes() == b"content"
        assert get.wait() == 0
    assert (fs.here / "pipe").is_fifo()


def test_link_stays_one_and_what_it_leads_to_is_written(fs, running) -> None:
    running.host.files.write("x", b"content")
    (fs.here / "link").symlink_to("real")
    fs.out("get", "x", "link")
    assert (fs.here / "link").is_symlink()
    assert (fs.here / "real").read_bytes() == b"content"


def test_append_adds_whole_lines(fs, running) -> None:
    line = b"x" * 99 + b"\n"
    (fs.here / "log").write_bytes(line * 30_000)
    fs.out("append", "log", "log")
    fs.out("append", "-", "log", stdin=b"the end, without a line's end")
    changes = running.host.files.changes(0, "log")
    assert len(changes) == 4
    assert all(change.size % len(line) == 0 for change in changes[:-1])
    assert fs("cat", "log").stdout == line * 30_000 + b"the end, without a line's end"


def test_append_from_standard_input_adds_lines_as_they_come(fs) -> None:
    command = [sys.executable, "-m", "moonhop", "fs", "append", "-", "log"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=fs.env, cwd=fs.here) as append:
        assert append.stdin
        for number in range(3):
            append.stdin.write(b"line %d\nnext" % number)
            append.stdin.flush()
            while b"line %d\n" % number not in fs("cat", "log").stdout:
                assert append.poll() is None
            assert not fs("cat", "log").stdout.endswith(b"next")
        append.stdin.close()
        assert append.wait() == 0
    assert fs("cat", "log").stdout == b"line 0\nnextline 1\nnextline 2\nnext"


PEAK = """
import sys
from moonhop.cli import main
assert main(sys.argv[1:]) == 0
status = open("/proc/self/status").read()
sys.stderr.write(status.split("VmHWM:")[1].split()[0])
"""


@pytest.mark.parametrize("args", [("put", "big", "x"), ("put", "-", "x"), ("get", "big", "x")])
def test_large_file_goes_both_ways_with_little_memory(fs, running, args) -> None:
    size = 200_000_000
    with (fs.here / "big").open("w+b") as file:
        file.truncate(size)
        if args[0] == "get":
            running.host.files.write("big", iter(lambda: file.read(1 << 20), b""))
        command = [sys.executable, "-c", PEAK, "fs", *args]
        done = subprocess.run(
            command, env=fs.env, cwd=fs.here, stdin=file, stderr=subprocess.PIPE, check=True
        )
    assert int(done.stderr) < 40_000  # kB
    there = running.host.files.stat("big" if args[0] == "get" else "x")
    assert there.size == size
    if args[0] == "get":
        assert (fs.here / "x").stat().st_size == size


def test_upload_that_is_refused_says_why(fs, running) -> None:
    password = running.host.add_node("small").password
    running.host.files.set_quota("node:small", 1_000_000)
    address = running.host.address
    client = Client(HostAddress(**{**vars(address), "token": password}))
    with pytest.raises(MoonhopError, match=r"node:small may keep 1\.0 MB of files"):
        client.put("/files/x", (bytes(1 << 20) for _ in range(200)))
