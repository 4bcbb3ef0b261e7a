"""A second host stands by and takes over from one that ends, dies or hangs."""

import asyncio
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from moonhop.locks import held
from moonhop.standby import wait_for_turn
from moonhop.state import LOCK, State
from tests.host.shell import Shell
from tests.waiting import wait_for

WAIT = 30.0  # seconds
COUNTER = "local n = 0\nevery(0.02, function() n = n + 1 print(n) end)\nsleep(1e6)\n"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


class Up:
    """`moonhop up` on a fleet; what it writes is read line by line."""

    def __init__(self, shell: Shell, *args: str) -> None:
        self._shell = shell
        command = [sys.executable, "-m", "moonhop", "up", *args]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=shell.env, cwd=shell.home
        )

    def with_standby(self) -> "Up":
        """Start a second one as soon as this one is ready."""
        self.until("ready")
        return Up(self._shell, "--standby")

    def __enter__(self) -> "Up":
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def until(self, word: str) -> str:
        """Read on to the line that begins with a word; return the rest of it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(word):
                return line[len(word) :].strip()
        raise AssertionError(f"it ended without saying {word}")

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(WAIT)
        if self.process.stdout:
            self.process.stdout.close()
        return code


def test_standby_takes_over_from_a_killed_host_and_its_worker_goes_on(shell: Shell) -> None:
    (shell.home / "counter.lua").write_text(COUNTER)
    with Up(shell) as first, first.with_standby() as second:
        assert f"process {first.process.pid}" in second.until("standby")
        pid = json.loads(shell("run", "--json", "counter.lua").stdout)["pid"]
        worker = shell.home / "home" / "workers" / "local.lock"
        before = worker.read_text()
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
        second.until("ready")
        assert worker.read_text() == before  # the same one
        [row] = json.loads(shell("ps", "--json").stdout)
        assert (row["pid"], row["state"], row["epoch"]) == (pid, "running", 1)
    assert not held(worker)  # it ends with the host that took it over


def test_worker_that_is_killed_is_started_again_and_its_process_goes_on(shell: Shell) -> None:
    (shell.home / "counter.lua").write_text(COUNTER)
    with Up(shell) as up:
        up.until("ready")
        shell("run", "counter.lua")
        lock = shell.home / "home" / "workers" / "local.lock"
        before = lock.read_text()
        os.kill(int(before), signal.SIGKILL)

        def goes_on() -> bool:
            [row] = json.loads(shell("ps", "--json").stdout)
            return (row["state"], row["epoch"]) == ("running", 2)

        wait_for(goes_on, WAIT, lambda: shell("ps").stdout)
        assert held(lock)
        assert lock.read_text() != before


def test_standby_that_is_not_needed_ends_with_the_wish(shell: Shell) -> None:
    with Up(shell) as first, first.with_standby() as second:
        second.until("standby")
        assert second.end(signal.SIGINT) == 0
        assert first.process.poll() is None


def _hold(home: Path, held_now: Any) -> None:
    with State("lab", home).hold():
        held_now.set()
        signal.pause()  # and does not renew, like a host that hangs


@pytest.mark.parametrize("stopped", [False, True])
def test_host_that_hangs_is_killed_when_its_lease_is_over(tmp_path: Path, stopped: bool) -> None:
    state = State("lab", tmp_path)
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    process = spawn.Process(target=_hold, args=(tmp_path, ready))
    process.start()
    assert ready.wait(WAIT)
    assert state.holder() == process.pid
    if stopped:
        os.kill(process.pid or 0, signal.SIGSTOP)
    asyncio.run(asyncio.wait_for(wait_for_turn(state, lease=0.5), WAIT))
    assert not held(state.path(LOCK))
    process.join(WAIT)
    assert process.exitcode == -signal.SIGKILL


def test_host_that_renews_its_lease_keeps_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        state = State("lab", tmp_path)
        with state.hold() as holding:
            turn = asyncio.ensure_future(wait_for_turn(state, lease=0.3))
            for _ in range(20):
                holding.renew()
                done, _ = await asyncio.wait([turn], timeout=0.05)
                assert not done
        await asyncio.wait_for(turn, WAIT)

    asyncio.run(scenario())
