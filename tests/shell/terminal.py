"""A command at a terminal, typed to and read as a person does."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

WAIT = 40.0  # seconds
# Ctrl-C is for who has the terminal as its own.
START = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from moonhop.cli import main
sys.exit(main())
"""


class Terminal:
    """``moonhop`` with arguments, on a terminal of its own."""

    def __init__(self, env: dict[str, str], *args: str) -> None:
        self._terminal, inner = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *args],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**env, "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(inner)
        self.shown = ""

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def until(self, text: str) -> str:
        """Wait until something is shown; return what was shown up to its end, once."""
        end = time.monotonic() + WAIT
        while text not in self.shown:
            assert time.monotonic() < end, self.shown
            if select.select([self._terminal], [], [], 0.1)[0]:
                self.shown += os.read(self._terminal, 4096).decode(errors="replace")
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def ended(self) -> int:
        """Wait for its end; return the exit code."""
        code = self.process.wait(WAIT)
        os.close(self._terminal)
        return code

    def kill(self) -> None:
        """End it without warning; harmless if it has ended."""
        self.process.kill()
        self.process.wait()


def home_env(home: Path, fleet: str) -> dict[str, str]:
    """Return an environment with moonhop's state elsewhere."""
    return {**os.environ, "MOONHOP_HOME": str(home), "MOONHOP_FLEET": fleet}
