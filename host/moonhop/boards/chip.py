"""What of a board is beyond its MicroPython: power, reset and its cause, the watchdog, memory that
outlives a reset. The virtual board's `machine` (firmware/unix) is the other end of a pipe.

Without this a stuck worker would stay stuck: the watchdog is a real one, which kills MicroPython's
process when it is not fed, whatever that process does.
"""

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from moonhop.resources import folder

POWER_ON, HARD, WATCHDOG = 1, 2, 3  # causes of a reset, as firmware/unix/machine.py has them
LOOK = 0.25  # seconds between two looks at the watchdog
PIECE = 65536  # bytes


def machine_file() -> Path:
    """Return the virtual board's `machine`; its folder can go on the path of MicroPython."""
    return folder("firmware") / "unix" / "machine.py"


class Chip:
    """Starts MicroPython, and hears what it has to say to its hardware."""

    def __init__(self) -> None:
        self._cause, self._memory = POWER_ON, ""
        self._read = -1
        self._heard = b""
        self._process: subprocess.Popen[bytes] | None = None
        self.was_reset = self.was_cut = False

    def start(
        self, command: Sequence[str], env: Mapping[str, str], **options: Any
    ) -> "subprocess.Popen[bytes]":
        """Start MicroPython by a command; ``options`` are those of subprocess.Popen."""
        self.close()
        self.was_reset = self.was_cut = False
        self._heard = b""
        self._allowed = self._left = float("inf")  # seconds until the watchdog acts
        self._looked = time.monotonic()
        self._read, theirs = os.pipe()
        of_the_chip = {"CHIP": str(theirs), "CAUSE": str(self._cause), "RTC": self._memory}
        env = {**env, **{f"MOONHOP_{name}": value for name, value in of_the_chip.items()}}
        try:
            self._process = subprocess.Popen(command, env=env, pass_fds=[theirs], **options)
        finally:
            os.close(theirs)
        return self._process

    def fileno(self) -> int:
        """Return what `select` is to wait for, at most LOOK seconds if the watchdog is on."""
        return self._read

    @property
    def watching(self) -> bool:
        """Whether the watchdog is on."""
        return self._allowed != float("inf")

    def look(self, ready: bool) -> bool:
        """Hear MicroPython, if there is something to hear, and kill it if it is to be reset; return
        False once it has ended."""
        now = time.monotonic()
        self._left -= min(now - self._looked, 2 * LOOK)  # this process may have been stopped too
        self._looked = now
        if ready:
            data = os.read(self._read, PIECE)
            if not data:
                return False
            *lines, self._heard = (self._heard + data).split(b"\n")
            for line in lines:
                self._hear(*line.decode().split(" ", 1))
        elif self._left <= 0:
            self._reset(WATCHDOG)
        return True

    def close(self) -> None:
        """Hear no more."""
        if self._read >= 0:
            os.close(self._read)
            self._read = -1

    def _hear(self, what: str, more: str = "") -> None:
        if what == "watch":
            self._allowed = int(more) / 1000
        elif what == "memory":
            self._memory = more
        elif what == "reset":
            self._reset(HARD)
        elif what == "cut":  # of its power, which is back at once
            self.was_cut, self._memory = True, ""
            self._reset(POWER_ON)
        if what in ("watch", "feed"):
            self._left = self._allowed

    def _reset(self, cause: int) -> None:
        assert self._process
        self._cause = cause
        self.was_reset = True
        self._process.kill()


class Power:
    """Runs a command on a chip until it ends by itself: again after each reset, on a thread."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], output: "IO[bytes]", **options: Any
    ) -> None:
        """What is written goes to ``output``; ``options`` are those of subprocess.Popen."""
        self._chip = Chip()
        self._output = os.dup(output.fileno())
        self._start = partial(
            self._chip.start, command, env, stdout=self._output, stderr=self._output, **options
        )
        self._cut = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.resets = 0
        self.process = self._start()
        threading.Thread(target=self._serve, daemon=True).start()

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and not by a reset; return its exit status. Raises
        subprocess.TimeoutExpired after ``timeout`` seconds."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("micropython", timeout or 0)
        return self.process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to MicroPython, if it runs."""
        with self._lock:
            self.process.send_signal(number)

    def cut(self) -> None:
        """Cut the power."""
        with self._lock:
            self._cut = True
            self.process.kill()
        self._ended.wait()

    def _serve(self) -> None:
        try:
            while self._was_reset():
                with self._lock:
                    if self._cut:
                        break
                    self.resets += 1
                    self.process = self._start()
        finally:
            self._chip.close()
            os.close(self._output)
            self._ended.set()

    def _was_reset(self) -> bool:
        """Wait for the end of MicroPython; tell whether it was reset."""
        chip = self._chip
        while True:
            ready, _, _ = select.select([chip], [], [], LOOK if chip.watching else None)
            if not chip.look(bool(ready)):
                self.process.wait()
                return chip.was_reset
