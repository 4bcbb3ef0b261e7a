"""``moonhop fs``: the fleet's files at the command line."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from moonhop.cli.client import Client
from moonhop.cli.fs.parts import WORTH, fetch
from moonhop.sizes import parse_size, shown
from moonhop.state import HostAddress
from moonhop_core.errors import MoonhopError
from tests.files.command_line import Fs
from tests.host.running import FLEET, RunningHost
from tests.host.shell import Shell

ACTS = [
    *("ls", "cat", "get", "put", "append", "rm", "mv", "cp", "mkdir", "tree"),
    *("watch", "history", "restore", "quota"),
]


@pytest.mark.parametrize("act", ACTS)
def test_every_act_has_help_with_an_example_and_the_common_options(tmp_path, act) -> None:
    text = Shell(tmp_path)("fs", act, "--help").stdout.decode()
    assert f"example:\n  moonhop fs {act}" in text
    assert "--json" in text
    assert "--fleet" in text


@pytest.mark.parametrize(
    "args",
    [("cat",), ("mv", "a"), ("quota", "node:a", "much"), ("restore", "a", "0"), ("nothing",)],
)
def test_wrong_use_ends_with_2(tmp_path, args) -> None:
    assert Shell(tmp_path)("fs", *args).returncode == 2


def test_list_shows_names_and_hides_those_that_begin_with_a_dot(fs) -> None:
    for path in ("b.txt", "a/inside", ".hidden"):
        fs.out("put", "-", path, stdin=b"12345")
    assert fs.out("ls") == "a/\nb.txt\n"
    assert fs.out("ls", "-a") == ".hidden\na/\nb.txt\n"
    assert fs.out("ls", "b.txt") == "b.txt\n"
    titles, _, b = (line.split() for line in fs.out("ls", "-l").splitlines())
    assert titles == ["BYTES", "CHANGED", "VERSION", "OWNER", "NAME"]
    assert (b[0], b[-3:]) == ("5", ["1", "host", "b.txt"])
    assert [entry["name"] for entry in fs.told("ls", "a")] == ["inside"]


def test_list_shows_all_of_a_large_folder(fs, running) -> None:
    names = [f"{number:04}" for number in range(1005)]
    for name in names:
        running.host.files.write(f"many/{name}", b"")
    assert fs.out("ls", "many").split() == names


def test_tree_is_drawn(fs) -> None:
    for path in ("data/b/x", "data/b-c", "data/a/y", "data/.z"):
        fs.out("put", "-", path, stdin=b"")
    fs.out("mkdir", "data/c")
    assert fs.out("tree", "data") == (
        "data\n├── a/\n│   └── y\n├── b/\n│   └── x\n├── b-c\n└── c/\n\n3 folders, 3 files\n"
    )
    assert fs.out("tree", "-a", "data").endswith("3 folders, 4 files\n")
    assert len(fs.told("tree")) == 7


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


def test_files_and_folders_are_moved_copied_and_removed(fs) -> None:
    fs.out("put", "-", "a/x", stdin=b"x")
    fs.out("mkdir", "b", "c/d")
    fs.out("mv", "a/x", "b")
    fs.out("mv", "b/x", "b/y")
    assert fs.told("cp", "b/y", "c")["path"] == "c/y"
    assert "fs cp -r" in fs.complaint("cp", "b", "e")
    fs.out("cp", "-r", "b", "e")
    assert "fs rm -r" in fs.complaint("rm", "b")
    fs.out("rm", "-r", "b", "c")
    assert [entry["path"] for entry in fs.told("tree")] == ["a", "e", "e/y"]
    assert "there is no 'b'" in fs.complaint("mv", "b", "f")


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


def test_old_versions_are_listed_read_and_restored(fs) -> None:
    for text in (b"one", b"second", b"third"):
        fs.out("put", "-", "x", stdin=text)
    assert fs.out("cat", "x", "--version", "2") == "second"
    assert fs.out("get", "x", "old", "--version", "1") == "old: 3 bytes\n"
    assert [version["size"] for version in fs.told("history", "x")] == [5, 6, 3]
    fs.out("rm", "x")
    shown = fs.out("history", "x").splitlines()
    assert [line.split()[:2] for line in shown[1:4]] == [["3", "5"], ["2", "6"], ["1", "3"]]
    assert shown[4] == "x is removed; get it back with: moonhop fs restore x 3"
    assert fs.out("restore", "x", "2") == "x: version 4 is as version 2 was\n"
    assert fs.out("cat", "x") == "second"
    assert "has no version 9" in fs.complaint("restore", "x", "9")
    assert "has no version 9" in fs.complaint("cat", "x", "--version", "9")


def test_quota_is_set_and_listed(fs) -> None:
    assert fs.out("quota").split() == ["ACCOUNT", "KEEPS", "MAY", "KEEP"]
    fs.out("quota", "node:kitchen", "1.5MB")
    assert fs.told("quota") == [{"account": "node:kitchen", "used": 0, "quota": 1_500_000}]
    assert "1.5 MB" in fs.out("quota", "node:kitchen")
    fs.out("quota", "node:kitchen", "default")
    assert fs.told("quota") == []
    assert "node:ID or app:NAME" in fs.complaint("quota", "kitchen", "1")


class Watch:
    """``moonhop fs watch`` while it runs."""

    def __init__(self, fs: Fs, *args: str) -> None:
        command = [sys.executable, "-m", "moonhop", "fs", "watch", *args]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdout=pipe, stderr=pipe, env=fs.env, cwd=fs.here, text=True
        )

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *error: object) -> None:
        with self.process:
            self.process.kill()

    def lines(self, count: int) -> list[str]:
        """Return the next lines."""
        assert self.process.stdout
        return [self.process.stdout.readline().rstrip("\n") for _ in range(count)]


def test_watch_tells_what_changes_and_ends_with_the_host(tmp_path) -> None:
    with ExitStack() as stack:
        with RunningHost(tmp_path):
            fs = Fs(tmp_path)
            watch = stack.enter_context(Watch(fs, "a", "--since", "0"))
            fs.out("put", "-", "a/x", stdin=b"123")
            fs.out("append", "-", "a/x", stdin=b"45")
            fs.out("put", "-", "b", stdin=b"")
            fs.out("put", "-", "a/.hidden", stdin=b"")
            fs.out("mv", "a/x", "c")
            fs.out("put", "-", "a/y", stdin=b"")
            fs.out("rm", "a/y")
            assert watch.lines(6) == [
                "made  a",
                "written  a/x  3 bytes, version 1",
                "appended  a/x  5 bytes, version 1",
                "renamed  a/x  to  c",
                "written  a/y  0 bytes, version 1",
                "removed  a/y",
            ]
            with Watch(fs, "--since", "3", "--json") as other:
                assert [json.loads(line)["path"] for line in other.lines(2)] == ["b", "c"]
            with Watch(fs, "-a", "/a/", "--since", "0") as other:
                assert other.lines(4)[3] == "written  a/.hidden  0 bytes, version 1"
            with Watch(fs, "a/.hidden", "--since", "0") as other:
                assert other.lines(1) == ["written  a/.hidden  0 bytes, version 1"]
        assert watch.process.wait(30) == 0


def test_watch_says_if_changes_are_known_no_more(fs) -> None:
    with Watch(fs, "--since", "99") as watch:
        assert watch.process.stderr
        assert "some changes are known no more" in watch.process.stderr.readline()
        fs.out("put", "-", "x", stdin=b"")
        assert watch.lines(1) == ["written  x  0 bytes, version 1"]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("cat", "x"), "there is no 'x'"),
        (("get", "x"), "there is no 'x'"),
        (("ls", "x"), "there is no 'x'"),
        (("rm", "x"), "there is no 'x'"),
        (("history", "x"), "there is no 'x'"),
        (("put", "missing", "x"), "cannot read 'missing'"),
        (("append", "missing", "x"), "cannot read 'missing'"),
        (("put", "-", "a/../x"), "'..' in it"),
        (("get", "there", "no/such/folder"), "cannot write 'no/such/folder'"),
        (("mkdir", "there"), "is a file"),
    ],
)
def test_what_goes_wrong_is_one_line(fs, args, complaint) -> None:
    fs.out("put", "-", "there", stdin=b"1")
    assert complaint in fs.complaint(*args)


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


class BreaksOff(BaseHTTPRequestHandler):
    """Answers a first request with half of the file, and then as it is asked."""

    content = os.urandom(2 * WORTH)
    etag = "0123456789abcdef" * 2
    asked: "list[str | None]"

    def do_GET(self) -> None:
        """Send the file, or half of it."""
        wanted = self.headers["Range"]
        first, self.asked[:] = not self.asked, [*self.asked, wanted]
        start = int(wanted[6:-1]) if wanted and self.headers["If-Range"] == f'"{self.etag}"' else 0
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{self.etag}"')
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        end = len(self.content) // 2 + 1 if first else None
        self.wfile.write(self.content[start:end])

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def broken() -> Iterator[Client]:
    """Asks a host whose connection breaks the first time."""
    BreaksOff.asked = []
    with HTTPServer(("127.0.0.1", 0), BreaksOff) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield Client(HostAddress(FLEET, url, "token", "", 0, 0))
        server.shutdown()


def test_download_that_broke_off_goes_on(broken, tmp_path) -> None:
    target = tmp_path / "x"
    with pytest.raises(MoonhopError, match="goes on where it was"):
        fetch(broken, "/files/x", target)
    assert not target.exists()
    assert fetch(broken, "/files/x", target) == len(BreaksOff.content)
    assert BreaksOff.asked == [None, f"bytes={WORTH + 1}-"]
    assert target.read_bytes() == BreaksOff.content
    assert list(tmp_path.iterdir()) == [target]


def test_download_begins_anew_if_the_file_is_another_by_now(broken, tmp_path, monkeypatch) -> None:
    target = tmp_path / "x"
    with pytest.raises(MoonhopError, match="goes on where it was"):
        fetch(broken, "/files/x", target)
    monkeypatch.setattr(BreaksOff, "etag", "f" * 32)
    monkeypatch.setattr(BreaksOff, "content", os.urandom(WORTH))
    assert fetch(broken, "/files/x", target) == WORTH
    assert target.read_bytes() == BreaksOff.content
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("text", "size"),
    [("1500", 1500), ("500MB", 500_000_000), ("1.5 G", 1_500_000_000), ("2kB", 2000)],
)
def test_sizes_are_read_as_people_write_them(text, size) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "1 2", "-1", "1XB", "nan"])
def test_what_is_no_size_is_refused(text) -> None:
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


def test_sizes_are_shown_for_people() -> None:
    assert [shown(size) for size in (0, 999, 1000, 1_500_000, 2 * 10**12)] == [
        *("0 B", "999 B", "1.0 kB", "1.5 MB", "2000.0 GB")
    ]
