"""``moonhop fs get`` and ``put`` beside others that do the same, and with what is no plain file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from moonhop import locks
from tests.files.command_line import Fs
from tests.host.running import RunningHost

SIZE = 8_000_000  # bytes


@pytest.fixture
def begun(fs: Fs, running: RunningHost) -> Path:
    """What has come of a file ``x``; the folder above has the whole as ``whole``."""
    content = os.urandom(SIZE)
    running.host.files.write("x", content)
    fs.home.joinpath("whole").write_bytes(content)
    part = fs.here / f"x.{running.host.files.stat('x').etag}.part"
    part.write_bytes(content[:2_000_000])
    return part


def test_file_that_another_process_is_getting_is_left_alone(fs, begun) -> None:
    with begun.open("ab") as file:
        locks.lock(file)
        assert "another moonhop is getting 'x'; wait" in fs.complaint("get", "x")
    assert begun.stat().st_size == 2_000_000
    assert fs.out("get", "x") == f"x: {SIZE} bytes\n"
    assert fs.here.joinpath("x").read_bytes() == fs.home.joinpath("whole").read_bytes()


def test_file_that_several_get_at_once_is_whole(fs, begun) -> None:
    command = [sys.executable, "-m", "moonhop", "fs", "get", "x"]
    pipe = subprocess.PIPE
    gets = [
        subprocess.Popen(command, env=fs.env, cwd=fs.here, stdout=pipe, stderr=pipe)
        for _ in range(3)
    ]
    told = [get.communicate() for get in gets]
    codes = [get.returncode for get in gets]
    assert 0 in codes
    for code, (_, errors) in zip(codes, told, strict=True):
        assert (code, errors) == (0, b"") or (code, b"another moonhop" in errors) == (1, True)
    assert fs.here.joinpath("x").read_bytes() == fs.home.joinpath("whole").read_bytes()
    assert os.listdir(fs.here) == ["x"]


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


def test_what_is_no_use_is_told_in_one_line(fs, running) -> None:
    running.host.files.write("folder/x", b"1")
    for args, told in (
        (("put", "-", "new/"), "'new/' is a folder's name; add a name for the file"),
        (("append", "-", "new/"), "'new/' is a folder's name; add a name for the file"),
        (("get", "-r", "folder", "-"), "a folder does not go to standard output"),
        (("get", "-r", "--version", "1", "folder"), "a version is one file's"),
        (("quota", "node:nobody"), "'node:nobody' keeps no files and has no quota of its own"),
    ):
        assert told in fs.complaint(*args)
    assert os.listdir(fs.here) == []
    assert [entry["path"] for entry in fs.told("tree")] == ["folder", "folder/x"]
    wrong = fs("restore", "folder/x", "last")
    assert (wrong.returncode, b"'last' is no version" in wrong.stderr) == (2, True)


def test_name_that_is_no_utf_8_is_refused_in_one_line(fs) -> None:
    odd = os.fsdecode(b"odd\xff")
    (fs.here / odd).write_text("1")
    for args in (
        *(("ls", odd), ("cat", odd), ("get", odd), ("rm", odd), ("mkdir", odd), ("tree", odd)),
        *(("put", odd, "folder/"), ("append", odd, odd), ("mv", "a", odd), ("cp", odd, "a")),
        *(("history", odd), ("restore", odd, "1"), ("watch", odd)),
    ):
        assert "is not UTF-8" in fs.complaint(*args)
    assert fs.out("put", odd, "good") == "good: 1 bytes\n"


def test_names_that_the_terminal_cannot_show_are_printed_and_hints_can_be_pasted(fs) -> None:
    fs.out("put", "-", "ü ☃", stdin=b"1")
    fs.out("rm", "ü ☃")
    assert fs.out("history", "ü ☃").endswith("moonhop fs restore 'ü ☃' 1\n")
    assert fs.out("restore", "ü ☃", "1") == "ü ☃: version 2 is as version 1 was\n"
    fs.env["PYTHONIOENCODING"] = "ascii:strict"
    assert fs.out("ls") == "\\xfc \\u2603\n"
