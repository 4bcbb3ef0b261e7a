"""A host at a mosquitto with passwords and TLS, and the board of the suite as its node."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moonhop.broker.external import ExternalBroker
from moonhop.host import Ports
from tests.brokers import MosquittoBroker
from tests.certificates import make_identity
from tests.hil.device import Device
from tests.host.running import FLEET, RunningHost
from tests.waiting import wait_for

USER, WORD = "fleet", "a secret of all"
BORN = 90.0  # seconds for a board to be born again


class Bench:
    """``node`` is the board's id, ``flashed`` what `moonhop flash` says of it."""

    node = "board"
    flashed: dict[str, Any]

    def __init__(self, device: Device, home: Path) -> None:
        self.device, self.home = device, home
        identity = make_identity(home / "broker", device.address)
        self.certificate = identity[0]
        self.broker = MosquittoBroker({USER: WORD}, identity=identity, plain_too=True)
        self.broker.host = device.address
        self._open = contextlib.ExitStack()

    def __enter__(self) -> "Bench":
        with self._open:
            self.broker.start()
            self._open.callback(self.broker.stop)
            there = ExternalBroker(self.broker.host, self.broker.port, USER, WORD)
            host = RunningHost(self.home, Ports(self.device.address), there)
            self.running = self._open.enter_context(host)
            joining = ("--name", self.node, "--host", self.device.address)
            self.flashed = json.loads(
                self.moonhop("flash", "--port", self.device.port, *self.device.flash, *joining)
            )
            self._open = self._open.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def moonhop(self, *arguments: str) -> str:
        """Run a command with --json and return what it says."""
        command = [sys.executable, "-m", "moonhop", *arguments, "--json"]
        ours = {"MOONHOP_HOME": str(self.home), "MOONHOP_FLEET": FLEET}
        done = subprocess.run(
            command,
            env={**os.environ, **self.device.environment, **ours},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def birth(self) -> dict[str, Any]:
        """Return the board's last birth."""
        found: dict[str, Any] = self.running.host.scheduler.fleet.node(self.node).birth
        return found

    def is_there(self) -> bool:
        node = self.running.host.scheduler.fleet.nodes.get(self.node)
        return bool(node and node.usable)

    def born_again(self, act: Callable[[], Any]) -> dict[str, Any]:
        """Do something that restarts the board; return its new birth."""
        before = self.birth()["session"]
        act()
        self.wait(lambda: self.is_there() and self.birth()["session"] != before)
        return self.birth()

    def update(self, config: dict[str, Any]) -> dict[str, Any]:
        """Change the board's configuration over the air; return its new birth."""
        file = self.home / "update.json"
        file.write_text(json.dumps(config))
        return self.born_again(
            lambda: self.moonhop("update", "--nodes", self.node, "--config", str(file))
        )

    def run(self, source: str, node: str) -> list[str]:
        """Run a program to its end, which has to be a good one; return what it printed."""
        said = self.moonhop("run", self._file(source), "--on", node, "--follow")
        lines = [json.loads(line) for line in said.splitlines()]
        return [line["text"] for line in lines if line["kind"] == "print"]

    def start(self, source: str, node: str) -> str:
        """Start a program and return its pid."""
        pid: str = json.loads(self.moonhop("run", self._file(source), "--on", node))["pid"]
        return pid

    def _file(self, source: str) -> str:
        file = self.home / "program.lua"
        file.write_text(source)
        return str(file)

    def printed(self, pid: str) -> list[str]:
        lines = self.running.host.scheduler.logs.lines(pid)
        return [line["text"] for line in lines if line["kind"] == "print"]

    def wait(self, condition: Callable[[], Any]) -> None:
        wait_for(condition, BORN, lambda: self.running.host.scheduler.fleet.nodes)
