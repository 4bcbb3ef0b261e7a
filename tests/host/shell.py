"""The command line as a person uses it."""

import os
import subprocess
import sys
from pathlib import Path

TIMEOUT = 60  # seconds


class Shell:
    """Runs moonhop in a folder, with its state below it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        clean = {key: value for key, value in os.environ.items() if key != "MOONHOP_FLEET"}
        self.env = {**clean, "MOONHOP_HOME": str(home), "COLUMNS": "100"}

    def __call__(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "moonhop", *args],
            input=stdin,
            capture_output=True,
            cwd=self.home,
            env=self.env,
            timeout=TIMEOUT,
            check=False,
        )

    def complaint(self, *args: str, code: int = 1) -> str:
        """Run what must fail; return its one line."""
        result = self(*args)
        assert result.returncode == code, result
        lines = result.stderr.decode().splitlines()
        assert len(lines) == 1, lines
        return lines[0]
