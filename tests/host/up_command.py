"""``moonhop up`` as a person starts it, and its death."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.host.shell import Shell


class UpCommand:
    """``moonhop up`` in a process of its own."""

    def __init__(self, shell: Shell, args: list[str]) -> None:
        self._shell = shell
        self._args = args
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it; return when it is ready."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moonhop", *self._args],
            cwd=self._shell.home,
            env=self._shell.env,
            stdout=subprocess.PIPE,
        )
        output = self._process.stdout
        assert output
        while not (line := await asyncio.to_thread(output.readline)).startswith(b"ready"):
            assert line, "moonhop up has ended"

    async def leave(self) -> None:
        """Press Ctrl-C, and wait until it has ended with its workers."""
        assert self._process
        self._process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(self._process.wait, 30) == 0

    def kill(self) -> None:
        """End it without warning; harmless if it has ended."""
        assert self._process
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


@asynccontextmanager
async def running(shell: Shell, args: list[str]) -> AsyncIterator[UpCommand]:
    command = UpCommand(shell, args)
    await command.start()
    try:
        yield command
    finally:
        command.kill()
