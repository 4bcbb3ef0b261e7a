"""How far a long transfer of ``moonhop fs`` is, for people who wait for it."""

import os
import pty
import select
import subprocess
import sys

import pytest

from moonhop.cli.progress import CLEAR, Progress
from tests.files.command_line import Fs

SIZE = 600_000  # bytes
AT_ONCE = """
import sys
from moonhop.cli import main
from moonhop.cli import progress
progress.AFTER = progress.EVERY = 0.0
sys.exit(main(sys.argv[1:]))
"""


def shown(fs: Fs, *args: str, to_terminal: bool = False) -> bytes:
    """Run a transfer from or to a terminal, which shows at once how far it is; return what that
    shows."""
    terminal, stderr = pty.openpty()
    with (fs.here / "big").open("rb") as stdin, (fs.here / "out").open("wb") as stdout:
        command = [sys.executable, "-c", AT_ONCE, "fs", *args]
        with subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stderr if to_terminal else stdout,
            stderr=stderr,
            env=fs.env,
            cwd=fs.here,
        ) as process:
            os.close(stderr)
            seen = b""
            while part := read(terminal):
                seen += part
            assert process.wait() == 0
    os.close(terminal)
    return seen


def read(terminal: int) -> bytes:
    """Return what comes next; nothing if the other end has been closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("put", "big", "there"), b"big  [########################] 100%  600.0 kB of 600.0 kB"),
        (("put", "-", "there"), b"-  600.0 kB"),
        (("append", "big", "there"), b"big  [########################] 100%"),
        (("append", "-", "there"), b"-  600.0 kB"),
        (("get", "x", "got"), b"got  [########################] 100%"),
        (("get", "x", "-"), b"x  [########################] 100%"),
        (("cat", "x"), b"x  [########################] 100%"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_every_verb_that_transfers_shows_how_far_it_is(fs, running, args, line) -> None:
    content = os.urandom(SIZE)
    (fs.here / "big").write_bytes(content)
    running.host.files.write("x", content)
    seen = shown(fs, *args)
    assert line in seen
    assert seen.endswith(CLEAR.encode())
    if args[0] in ("put", "append"):
        assert running.host.files.read("there") == content
    else:
        name = "got" if "got" in args else "out"
        assert (fs.here / name).read_bytes() == content


def test_nothing_is_shown_amid_what_is_printed_on_the_terminal(fs, running) -> None:
    content = b"line\n" * 1000
    (fs.here / "big").write_bytes(b"")
    running.host.files.write("x", content)
    assert shown(fs, "cat", "x", to_terminal=True) == content.replace(b"\n", b"\r\n")


def test_progress_is_shown_to_a_person_while_a_transfer_takes_long(fs) -> None:
    terminal, stderr = pty.openpty()
    command = [sys.executable, "-m", "moonhop", "fs", "put", "-", "slow"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=stderr, env=fs.env, cwd=fs.here
    ) as put:
        os.close(stderr)
        assert put.stdin
        sent, seen = 0, b""
        while b"/s" not in seen:
            put.stdin.write(bytes(100_000))
            sent += 100_000
            if select.select([terminal], [], [], 0.01)[0]:
                seen += os.read(terminal, 1000)
        put.stdin.close()
        assert put.wait() == 0
    assert b"-  " in seen
    os.close(terminal)
    assert fs.told("ls", "slow")[0]["size"] == sent


def test_progress_line_tells_how_far_and_how_long() -> None:
    with Progress("x.bin", 4_000_000, done=1_000_000) as progress:
        list(progress.over([bytes(1_000_000)]))
        assert progress.line(2.0) == (
            "x.bin  [############            ]  50%  2.0 MB of 4.0 MB  500.0 kB/s  4 s left"
        )
