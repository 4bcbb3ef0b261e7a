"""``moonhop flash`` in folders that may not be read; esptool looks there when it is imported."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.host.shell import Shell

FLASH = (sys.executable, "-m", "moonhop", "flash", "--no-deploy", "--port=socket://127.0.0.1:9")
POWERS = "-dac_override,-dac_read_search"  # without these root may not read all either


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    shell.env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return shell


def complaint(shell: Shell, folder: Path, *command: str) -> str:
    """Run a command in a folder; return the one line that it fails with."""
    result = subprocess.run(
        command, cwd=folder, env=shell.env, capture_output=True, timeout=60, check=False
    )
    assert result.returncode == 1, result
    (line,) = result.stderr.decode().splitlines()
    return line


@pytest.mark.parametrize(
    ("which", "says"),
    [
        (
            "HOME",
            r"esptool cannot look for its settings in .*/closed.* \(Permission denied\); change to"
            " a folder that you may read, and set HOME to such a one",
        ),
        (
            "current",
            r"cannot read .*/closed/moonhop.toml \(Permission denied\); change to a folder that you"
            " may read",
        ),
    ],
)
def test_a_folder_that_may_not_be_read_is_told(
    tmp_path: Path, shell: Shell, which: str, says: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    shell.env["HOME"] = str(closed if which == "HOME" else tmp_path)
    close = ("sh", "-c", 'chmod 0 "$1"; shift; exec "$@"', "sh", str(closed))
    drop = ("setpriv", "--bounding-set", POWERS) if os.geteuid() == 0 else ()
    try:
        said = complaint(shell, closed if which == "current" else tmp_path, *close, *drop, *FLASH)
    finally:
        closed.chmod(0o700)
    assert re.fullmatch(f"moonhop: {says}", said), said


def test_a_current_folder_that_is_gone_is_told(tmp_path: Path, shell: Shell) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    said = complaint(shell, gone, "sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh", *FLASH)
    assert said == (
        "moonhop: the current folder cannot be read (No such file or directory); change to one"
        " that can"
    )
