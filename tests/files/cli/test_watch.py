"""``moonhop fs watch``: what changes, as it does."""

import json
import subprocess
import sys
from contextlib import ExitStack

from tests.files.command_line import Fs
from tests.host.running import RunningHost


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
