"""``moonhop fs`` as a person uses it."""

import json
import subprocess
from pathlib import Path

from tests.host.running import FLEET
from tests.host.shell import Shell


class Fs(Shell):
    """A shell whose commands are all ``moonhop fs``; what it prints is text."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.env["MOONHOP_FLEET"] = FLEET
        self.here = home / "here"
        self.here.mkdir()

    def __call__(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        self.home, home = self.here, self.home  # where it runs
        try:
            return super().__call__("fs", *args, stdin=stdin)
        finally:
            self.home = home

    def out(self, *args: str, stdin: bytes = b"") -> str:
        """Run what must succeed; return what it prints."""
        done = self(*args, stdin=stdin)
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    def told(self, *args: str, stdin: bytes = b""):
        """Run what must succeed with --json; return what it tells."""
        return json.loads(self.out(*args, "--json", stdin=stdin))
